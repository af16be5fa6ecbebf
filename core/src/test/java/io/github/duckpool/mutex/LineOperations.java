package io.github.duckpool.mutex;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.jetbrains.kotlinx.lincheck.annotations.Param;
import org.jetbrains.kotlinx.lincheck.paramgen.IntGen;

/**
 * The operations on a real line, in the words of {@link LineSpecification}. An operation says what its caller can know for sure: a request
 * that is matched with a permit but not told yet is neither waiting nor served, so nobody is told that it is one of both.
 */
@Param(name = "number", gen = IntGen.class, conf = "0:4")
@Param(name = "name", gen = IntGen.class, conf = "5:9")
public abstract class LineOperations {
    /** The number of the request that is for work. */
    static final int WORK = 3;

    /** The number of the request that is a thread's. It does not park: what is left of its wait is how it ends. */
    static final int THREAD = 2;

    private final AsyncSemaphore semaphore;
    private final List<CompletableFuture<?>> requests = new ArrayList<>();
    private final List<String> worked = Collections.synchronizedList(new ArrayList<>());

    /** Requests that came in the course of the scenario, and permits got by a try. */
    private final List<Request> newcomers = Collections.synchronizedList(new ArrayList<>());

    /** What was released before, for a permit does not say. */
    private final List<Object> closed = Collections.synchronizedList(new ArrayList<>());

    /** Those that measure the time of requests, by their numbers. */
    private final CompletableFuture<?>[] timers = new CompletableFuture<?>[2 * LineSpecification.REQUESTS];

    private record Request(String name, CompletableFuture<?> future) {}

    LineOperations(Function<MutexOptions, AsyncSemaphore> semaphore) {
        // Who gives up is told on the thread that the time is over for, as no thread of an executor is the model
        // checker's.
        this.semaphore = semaphore.apply(
                MutexOptions.ofDefaults().executor(Telling::deliverHere).alarm(this::setTimer));
        for (int i = 0; i < LineSpecification.REQUESTS; i++) {
            String name = nameOf(i);
            requests.add(
                    switch (i) {
                        case WORK -> startWork(name, i);
                        case THREAD -> threadInLine();
                        default -> this.semaphore.acquire(time(i));
                    });
        }
    }

    private ThreadTicket threadInLine() {
        ThreadTicket thread = new ThreadTicket(semaphore);
        Inside.check(semaphore.queue(thread), "it has to wait");
        return thread;
    }

    /** A time for each request, which says whose it is. */
    private static Duration time(int number) {
        return Duration.ofNanos(1 + number);
    }

    private void setTimer(CompletableFuture<?> timer, long nanos) {
        timers[(int) nanos - 1] = timer;
    }

    /** One permit. */
    public static class Mutex extends LineOperations {
        public Mutex() {
            super(AsyncMutex::new);
        }
    }

    /** Two permits. */
    public static class Semaphore extends LineOperations {
        public Semaphore() {
            super(options -> new AsyncSemaphore(2, options));
        }
    }

    static String nameOf(int number) {
        return number == WORK ? "work" + number : "request" + number;
    }

    @Operation
    public void acquire(@Param(name = "name") int name) {
        newcomers.add(new Request("+" + name, semaphore.acquire(time(name))));
    }

    @Operation
    public void work(@Param(name = "name") int name) {
        startWork("work+" + name, name);
    }

    private CompletableFuture<String> startWork(String name, int number) {
        return semaphore.withPermit(time(number), () -> {
            worked.add(name);
            return CompletableFuture.completedFuture(name);
        });
    }

    @Operation
    public boolean tryAcquire(@Param(name = "name") int name) {
        Permit permit = semaphore.tryAcquire();
        if (permit == null) {
            return false;
        }
        newcomers.add(new Request("tried" + name, CompletableFuture.completedFuture(permit)));
        return true;
    }

    /** A thread that gets in line and gives up before it parks, or goes at once if its turn came first. */
    @Operation
    public void comeAndGo() {
        ThreadTicket ticket = new ThreadTicket(semaphore);
        if (!semaphore.queue(ticket) || !ticket.leave()) {
            ticket.close();
        }
    }

    /** Its caller gives up, or, if it is a thread's, that is interrupted. */
    @Operation
    public void cancel(@Param(name = "number") int number) {
        CompletableFuture<?> request = requests.get(number);
        if (request instanceof ThreadTicket thread) {
            thread.leave();
        } else {
            request.cancel(true);
        }
    }

    /** Whether it came first; of work that is not known from this, for it may be under way. */
    @Operation
    @SuppressWarnings("unchecked")
    public boolean completeOutside(@Param(name = "number") int number) {
        CompletableFuture<?> request = requests.get(number);
        return request instanceof ThreadTicket thread
                ? thread.leave()
                : ((CompletableFuture<Object>) request).complete(null) && number != WORK;
    }

    /** The time of a request is over: its timer goes off, unless the request did not have to wait; a thread keeps its own. */
    @Operation
    public void expire(@Param(name = "number") int number) {
        if (number == THREAD) {
            cancel(number);
        }
        CompletableFuture<?> timer = timers[number];
        if (timer != null) {
            timer.completeExceptionally(new TimeoutException());
        }
    }

    /** The time of a newcomer is over, if he is there. */
    public void expireNewcomer(int name) {
        expire(name);
    }

    @Operation
    public void release(@Param(name = "number") int number) {
        release(requests.get(number));
    }

    @Operation
    public int available() {
        return semaphore.available();
    }

    /** A snapshot of several numbers, so it fits one order of the operations only beside a single other one. */
    public int queueLength() {
        return semaphore.queueLength();
    }

    /** Whether the four who wait from the start are counted. */
    public boolean countsTheFour() {
        return semaphore.queueLength() >= 4;
    }

    /** Run alone, when all is said. */
    @Operation
    public String drain() {
        StringBuilder order = new StringBuilder();
        TreeMap<String, CompletableFuture<?>> held;
        while (!(held = held()).isEmpty()) {
            order.append(held.keySet()).append(' ');
            release(held.firstEntry().getValue());
        }
        if (semaphore.queueLength() != 0) {
            throw new IllegalStateException(semaphore.queueLength() + " still wait");
        }
        return order + "worked " + LineSpecification.inOrder(worked, semaphore.permits) + " free "
                + semaphore.available();
    }

    private TreeMap<String, CompletableFuture<?>> held() {
        TreeMap<String, CompletableFuture<?>> held = new TreeMap<>();
        for (int i = 0; i < LineSpecification.REQUESTS; i++) {
            addIfHeld(nameOf(i), requests.get(i), held);
        }
        for (Request newcomer : newcomers) {
            addIfHeld(newcomer.name(), newcomer.future(), held);
        }
        return held;
    }

    private void addIfHeld(String name, CompletableFuture<?> future, TreeMap<String, CompletableFuture<?>> held) {
        if (permitOf(future) != null && !closed.contains(future)) {
            held.put(name, future);
        }
    }

    private void release(CompletableFuture<?> future) {
        Permit permit = permitOf(future);
        if (permit != null) {
            closed.add(future);
            permit.close();
        }
    }

    private static Permit permitOf(CompletableFuture<?> future) {
        if (future instanceof ThreadTicket thread) {
            return thread.state == Ticket.HELD ? thread : null;
        }
        return future.isDone() && !future.isCompletedExceptionally() && future.join() instanceof Permit permit
                ? permit
                : null;
    }
}
