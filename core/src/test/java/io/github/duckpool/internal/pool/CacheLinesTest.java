package io.github.duckpool.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.internal.gate.Slot;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Where the JVM really puts the fields that change with every borrow: it fills gaps with fields of subclasses, and orders by size. A neighbour on the
 * same cache line makes two borrowers take twice as long, in those JVMs whose heap happens to be aligned so.
 */
class CacheLinesTest {
    private static final int LINE = 64;

    @ParameterizedTest
    @CsvSource({"word borrows taken", "heldStamp borrowedNanos returnedNanos borrower stack"})
    void aLineLiesBeforeAndBehind(String names) throws ReflectiveOperationException {
        Class<?> type = names.startsWith("word") ? Slot.class : SlotLending.class;
        Set<String> hot = Set.of(names.split(" "));
        TreeMap<Long, String> all = offsets(type);
        long[] at = all.entrySet().stream()
                .filter(field -> hot.contains(field.getValue()))
                .mapToLong(field -> field.getKey())
                .toArray();
        assertThat(at).as("%s", all).hasSameSizeAs(hot.toArray());
        assertThat(at[0]).as("%s", all).isGreaterThanOrEqualTo(LINE);
        assertThat(all.lastKey() - at[at.length - 1]).as("%s", all).isGreaterThanOrEqualTo(LINE);
    }

    private static TreeMap<Long, String> offsets(Class<?> type) throws ReflectiveOperationException {
        Class<?> unsafe = Class.forName("sun.misc.Unsafe");
        Field instance = unsafe.getDeclaredField("theUnsafe");
        instance.setAccessible(true);
        Method offset = unsafe.getMethod("objectFieldOffset", Field.class);
        TreeMap<Long, String> offsets = new TreeMap<>();
        for (Class<?> owner = type; owner != Object.class; owner = owner.getSuperclass()) {
            for (Field field : owner.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    offsets.put((Long) offset.invoke(instance.get(null), field), field.getName());
                }
            }
        }
        return offsets;
    }
}
