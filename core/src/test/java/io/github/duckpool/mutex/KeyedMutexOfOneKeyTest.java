package io.github.duckpool.mutex;

import java.time.Duration;
import java.util.concurrent.TimeoutException;

/** All that one line does, asked of a single key. */
class KeyedMutexOfOneKeyTest extends MutexContract {
    @Override
    Subject newSubject() {
        KeyedMutex<String> tables = new KeyedMutex<>();
        return new Subject() {
            @Override
            public Permit lock() throws InterruptedException {
                return tables.lock("letters");
            }

            @Override
            public Permit lock(Duration timeout) throws InterruptedException, TimeoutException {
                return tables.lock("letters", timeout);
            }

            @Override
            public Permit tryAcquire() {
                return tables.tryAcquire("letters");
            }

            @Override
            public int queueLength() {
                return tables.queueLength("letters");
            }

            @Override
            public int available() {
                return tables.isAvailable("letters") ? 1 : 0;
            }
        };
    }
}
