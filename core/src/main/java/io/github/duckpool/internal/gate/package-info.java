/**
 * The lock-free hot path of the pool: slots that are borrowed and given back, and the line of those who wait for one.
 *
 * <h2>States</h2>
 * Every slot is in exactly one state:
 * <ul>
 *   <li>EMPTY: no session; whoever borrows it installs one;
 *   <li>FREE: a session at rest;
 *   <li>LENT: held by one borrower, who knows its stamp; SHARED: LENT, and used by several threads;
 *   <li>LEAVING: held by one claimant, who ends it with {@link BorrowGate#recycle} or {@link BorrowGate#vacate}.
 * </ul>
 * Every hold ends by a compare-and-set on the exact stamp and moves the stamp on, so it ends once, whoever else tries, and a slot
 * is held by at most one. A stamp is lent at most once.
 *
 * <h2>Order</h2>
 * One word, {@code attention}, says whether anyone waits and whether the gate is suspended or closed. While it is 0 nobody
 * looks at the line. Who finds no slot gets in line. A slot that comes back while someone waits goes to the head of the line:
 * <ul>
 *   <li>to a future, at once;
 *   <li>to a thread that is on its feet, or has waited for {@code overtakingNanos}, at once;
 *   <li>else it is left FREE and the thread is nudged, once, to come and get it. Newcomers may take it meanwhile: a thread needs
 *       some 10 to 50 µs to get on its feet, and where borrows are short, that many would stand still for each one. This is all
 *       the overtaking there is.
 * </ul>
 * Who might overtake asks the clock how long the head has waited, and whoever finds it too long leaves a mark for all. A thread
 * that borrows and returns within microseconds asks only now and then ({@code ClockCredit}): the question costs more than the
 * borrow, and while the head waits for a processor there are ten thousand of them.
 *
 * <h2>No lost wakeup</h2>
 * A waiter counts itself in {@code attention}, gets in line, and then serves the line, so looks for a slot once more. Whoever frees
 * a slot writes its state and then reads {@code attention}. All four are volatile, so one of the two sees the other: either the
 * returner reads a count that isn't 0 and serves, or its slot was at rest before the waiter's last look. {@code serve} has one thread
 * at work at a time; a second one leaves a wish, by an atomic add, and the first begins another pass after it, which sees all
 * that went before the wish. A pass ends when there is nobody in line, no slot at rest, or a nudge under way, and whoever is
 * nudged serves when it wakes, be it to leave. So: while the gate is open and a slot is at rest, the head of the line isn't asleep
 * without a wake under way, and neither is anyone behind it.
 *
 * <h2>Suspension</h2>
 * A borrower reads {@code attention} again after its compare-and-set and undoes the lending if the gate was suspended between. So a
 * lending either was there before the suspension, and the owner waits for it, or it is undone; and once every slot has been seen EMPTY
 * under suspension, none is used until the gate resumes.
 */
@org.jspecify.annotations.NullMarked
package io.github.duckpool.internal.gate;
