package io.github.duckpool.mutex;

class AsyncMutexTest extends FutureContract {
    @Override
    AsyncSemaphore newMutex(MutexOptions options) {
        return new AsyncMutex(options);
    }
}
