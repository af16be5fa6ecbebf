package io.github.duckpool.mutex;

class AsyncSemaphoreTest extends WorkContract {
    @Override
    AsyncSemaphore newMutex(MutexOptions options) {
        return new AsyncSemaphore(1, options);
    }
}
