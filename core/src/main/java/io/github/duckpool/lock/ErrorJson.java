package io.github.duckpool.lock;

/**
 * An error as the setting {@code errors_as_json} writes it: a flat object of strings, in any order, of which the type and the
 * message are read. What is not such an object is returned as it is.
 */
final class ErrorJson {
    private final String json;
    private int at;

    private ErrorJson(String json) {
        this.json = json;
    }

    /** The error as it reads without the setting. */
    static String text(String json) {
        return new ErrorJson(json).read();
    }

    private String read() {
        String type = null;
        String message = null;
        at = 1;
        while (at < json.length() && json.charAt(at) == '"') {
            String name = string();
            if (at + 1 >= json.length() || json.charAt(at) != ':' || json.charAt(at + 1) != '"') {
                return json;
            }
            at++;
            String value = string();
            if (name.equals("exception_type")) {
                type = value;
            } else if (name.equals("exception_message")) {
                message = value;
            }
            if (at < json.length() && json.charAt(at) == ',') {
                at++;
            }
        }
        return type == null || message == null ? json : type + " Error: " + message;
    }

    /** The string whose opening quote is here, unescaped; goes on to what follows it. */
    private String string() {
        StringBuilder text = new StringBuilder();
        at++;
        while (at < json.length()) {
            char c = json.charAt(at++);
            if (c == '"') {
                return text.toString();
            }
            if (c == '\\' && at < json.length()) {
                c = escaped(json.charAt(at++));
            }
            text.append(c);
        }
        return text.toString();
    }

    private char escaped(char c) {
        return switch (c) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'u' -> unicode();
            default -> c;
        };
    }

    private char unicode() {
        int value = 0;
        for (int i = 0; i < 4 && at < json.length(); i++) {
            value = value << 4 | Math.max(0, Character.digit(json.charAt(at++), 16));
        }
        return (char) value;
    }
}
