package io.github.duckpool.mutex;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a line is, one step after another: a count of permits and a list of waiters. The requests 0 to 4 are there from the start,
 * the first of them with the permits.
 */
public abstract class LineSpecification {
    static final int REQUESTS = 5;

    private final List<String> line = new ArrayList<>();
    private final Set<String> held = new TreeSet<>();
    private final List<String> worked = new ArrayList<>();
    private final int permits;
    private int free;

    LineSpecification(int permits) {
        this.permits = permits;
        free = permits;
        for (int i = 0; i < REQUESTS; i++) {
            ask(LineOperations.nameOf(i));
        }
    }

    /** One permit. */
    public static class One extends LineSpecification {
        public One() {
            super(1);
        }
    }

    /** Two permits. */
    public static class Two extends LineSpecification {
        public Two() {
            super(2);
        }
    }

    public void acquire(int name) {
        ask("+" + name);
    }

    public void work(int name) {
        ask("work+" + name);
    }

    public boolean tryAcquire(int name) {
        if (free == 0) {
            return false;
        }
        free--;
        held.add("tried" + name);
        return true;
    }

    public void comeAndGo() {}

    public void cancel(int number) {
        line.remove(LineOperations.nameOf(number));
    }

    public boolean completeOutside(int number) {
        return line.remove(LineOperations.nameOf(number)) && number != LineOperations.WORK;
    }

    public void expire(int number) {
        cancel(number);
    }

    public void expireNewcomer(int name) {
        if (!line.remove("+" + name)) {
            line.remove("work+" + name);
        }
    }

    public void release(int number) {
        String name = LineOperations.nameOf(number);
        if (held.remove(name)) {
            cameBack();
        }
    }

    public int available() {
        return free;
    }

    public int queueLength() {
        return line.size();
    }

    public boolean countsTheFour() {
        return line.size() >= 4;
    }

    /** The order in which those who are left are served, and what work was done. */
    public String drain() {
        StringBuilder order = new StringBuilder();
        while (!held.isEmpty()) {
            order.append(held).append(' ');
            String first = held.iterator().next();
            held.remove(first);
            cameBack();
        }
        return order + "worked " + inOrder(worked, permits) + " free " + free;
    }

    /** Two that work side by side may note it in either order. */
    static List<String> inOrder(List<String> worked, int permits) {
        return permits == 1 ? worked : worked.stream().sorted().toList();
    }

    private void ask(String name) {
        line.add(name);
        serve();
    }

    private void cameBack() {
        free++;
        serve();
    }

    private void serve() {
        while (free > 0 && !line.isEmpty()) {
            String next = line.remove(0);
            if (next.startsWith("work")) {
                worked.add(next);
            } else {
                free--;
                held.add(next);
            }
        }
    }
}
