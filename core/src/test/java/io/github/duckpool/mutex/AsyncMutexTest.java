package io.github.duckpool.mutex;

class AsyncMutexTest extends WorkContract {
    @Override
    AsyncSemaphore newMutex(MutexOptions options) {
        return new AsyncMutex(options);
    }
}
