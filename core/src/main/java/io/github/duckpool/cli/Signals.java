package io.github.duckpool.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Receives the signals that would end this process, until it is closed. Java has no API for that but {@code sun.misc.Signal}, of the
 * module {@code jdk.unsupported}, which is called by reflection so that the library's module need not require it. Signals that this process
 * was started to ignore, as by nohup(1), stay ignored.
 */
final class Signals implements AutoCloseable {
    private static final List<String> NAMES = List.of("HUP", "INT", "TERM");

    /** What had been there before, by the signal. */
    private final Map<Object, Object> before = new LinkedHashMap<>();

    /** Is told of each signal, on a thread of its own. */
    interface Receiver {
        /**
         * Receives one.
         *
         * @param name without SIG
         * @param number the platform's number
         */
        void received(String name, int number);
    }

    Signals(Receiver receiver) {
        try {
            Class<?> type = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Object handler = Proxy.newProxyInstance(
                    handlerType.getClassLoader(), new Class<?>[] {handlerType}, handler(type, receiver));
            for (String name : NAMES) {
                handle(type, handlerType, name, handler);
            }
        } catch (ReflectiveOperationException e) {
            // without them the runtime ends this process, and whoever watches over its child sees that
        }
    }

    private static InvocationHandler handler(Class<?> type, Receiver receiver) {
        return (proxy, method, arguments) -> {
            if (method.getDeclaringClass() == Object.class) {
                return switch (method.getName()) {
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "equals" -> proxy == arguments[0];
                    default -> "duckpool";
                };
            }
            Object signal = arguments[0];
            receiver.received((String) type.getMethod("getName").invoke(signal), (Integer)
                    type.getMethod("getNumber").invoke(signal));
            return null;
        };
    }

    private void handle(Class<?> type, Class<?> handlerType, String name, Object handler)
            throws ReflectiveOperationException {
        try {
            Object signal = type.getConstructor(String.class).newInstance(name);
            Object replaced = type.getMethod("handle", type, handlerType).invoke(null, signal, handler);
            if (replaced != null) {
                before.put(signal, replaced);
            }
        } catch (java.lang.reflect.InvocationTargetException e) {
            // the platform has no such signal, or the runtime was told to leave signals alone (-Xrs)
        }
    }

    @Override
    public void close() {
        before.forEach((signal, handler) -> {
            try {
                Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
                signal.getClass()
                        .getMethod("handle", signal.getClass(), handlerType)
                        .invoke(null, signal, handler);
            } catch (ReflectiveOperationException e) {
                throw new LinkageError("a handler that was there can be put back", e);
            }
        });
        before.clear();
    }
}
