package io.github.duckpool.mutex;

class AsyncSemaphoreTest extends FutureContract {
    @Override
    AsyncSemaphore newMutex(MutexOptions options) {
        return new AsyncSemaphore(1, options);
    }
}
