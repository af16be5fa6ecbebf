package io.github.duckpool.examples.letters;

import java.util.List;
import java.util.Locale;

/** Draws a swim lane for each process as SVG: who had the file when, and who waited; the whole run, and a second of it. */
final class Timeline {
    private static final int WIDTH = 1000;
    private static final int LEFT = 150;
    private static final int RIGHT = 20;
    private static final int LANE = 34;
    private static final int TOP = 64;
    private static final int GAP = 66;
    private static final long ZOOM_MICROS = 1_000_000;
    private static final List<String> COLOURS = List.of("#2f6db5", "#d9822b", "#2e9e6b", "#8d56b8");

    private final List<Lane> lanes;
    private final long fromMicros;
    private final long toMicros;
    private final StringBuilder svg = new StringBuilder();

    private Timeline(List<Lane> lanes, long fromMicros, long toMicros) {
        this.lanes = lanes;
        this.fromMicros = fromMicros;
        this.toMicros = toMicros;
    }

    static String svg(List<Lane> lanes, long fromMicros, long toMicros, String caption) {
        return new Timeline(lanes, fromMicros, toMicros).draw(caption);
    }

    private String draw(String caption) {
        int strip = lanes.size() * LANE;
        int height = TOP + 2 * strip + GAP + 40;
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                        + " font-size=\"13\" fill=\"#222\">",
                WIDTH, height);
        add("<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>", WIDTH, height);
        add("<text x=\"%d\" y=\"22\" font-size=\"15\" font-weight=\"bold\">Who has letters.duckdb</text>", LEFT);
        add("<text x=\"%d\" y=\"42\" fill=\"#555\">%s</text>", LEFT, escape(caption));
        strip(TOP, fromMicros, toMicros);
        long zoomMicros = Math.min(ZOOM_MICROS, toMicros - fromMicros);
        long middleMicros = (fromMicros + toMicros - zoomMicros) / 2;
        strip(TOP + strip + GAP, middleMicros, middleMicros + zoomMicros);
        add("</svg>");
        return svg.toString();
    }

    private void strip(int top, long from, long to) {
        double scale = (WIDTH - LEFT - RIGHT) / (double) (to - from);
        for (int i = 0; i < lanes.size(); i++) {
            int y = top + i * LANE;
            add(
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>",
                    LEFT - 10, y + 17, escape(lanes.get(i).name()));
            add("<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#ddd\"/>", LEFT, y + 13, WIDTH - RIGHT, y + 13);
            for (Span span : lanes.get(i).spans()) {
                long start = Math.max(span.fromMicros(), from);
                long end = Math.min(span.toMicros(), to);
                if (end > start && span.hold() != Hold.IDLE) {
                    bar(
                            LEFT + (start - from) * scale,
                            Math.max((end - start) * scale, 0.5),
                            y,
                            span.hold() == Hold.HOLDING,
                            COLOURS.get(i % COLOURS.size()));
                }
            }
        }
        axis(top + lanes.size() * LANE, from, to, scale);
    }

    private void bar(double x, double width, int y, boolean holds, String colour) {
        if (holds) {
            add("<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"26\" fill=\"%s\"/>", x, y, width, colour);
        } else {
            add(
                    "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"6\" fill=\"%s\" opacity=\"0.35\"/>",
                    x, y + 10, width, colour);
        }
    }

    private void axis(int y, long from, long to, double scale) {
        double seconds = (to - from) / 1e6;
        double step = seconds > 20 ? 5 : seconds > 4 ? 1 : 0.1;
        for (int i = (int) Math.ceil((from - fromMicros) / 1e6 / step); i * step <= (to - fromMicros) / 1e6; i++) {
            double x = LEFT + (i * step * 1e6 - (from - fromMicros)) * scale;
            add(
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"#555\">%s s</text>",
                    x, y + 14, number(i * step));
        }
        add(
                "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" fill=\"#555\">%s</text>",
                WIDTH - RIGHT, y + 32, "full bar: has the file; thin bar: somebody in this process waits for it");
    }

    private static String number(double value) {
        return value == Math.rint(value) ? "" + (long) value : String.format(Locale.ROOT, "%.1f", value);
    }

    private void add(String format, Object... values) {
        svg.append(values.length == 0 ? format : String.format(Locale.ROOT, format, values))
                .append('\n');
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }
}
