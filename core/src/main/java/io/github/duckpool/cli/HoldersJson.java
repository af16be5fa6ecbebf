package io.github.duckpool.cli;

import io.github.duckpool.lock.LockHolder;
import io.github.duckpool.lock.LockHolders;
import io.github.duckpool.lock.OpenFile;
import io.github.duckpool.lock.QueuePlace;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Who has a file, for programs. */
final class HoldersJson {
    private HoldersJson() {}

    static Json of(LockHolders seen) {
        return new Json()
                .with("file", seen.file())
                .with("exists", seen.exists())
                .with("held", Holding.isHeld(seen))
                .with("locked", seen.isLocked())
                .with("conclusive", seen.isConclusive())
                .with("holders", list(seen.holders()))
                .with("queue", list(seen.queue()))
                .with("hidden", seen.hidden())
                .with("notes", seen.notes())
                .with("source", word(seen.source()))
                .with("taken", seen.taken());
    }

    static List<Json> list(List<LockHolder> holders) {
        return holders.stream().map(HoldersJson::of).toList();
    }

    private static Json of(LockHolder holder) {
        return new Json()
                .with("pid", holder.pid())
                .with("program", holder.program())
                .with("kind", word(holder.kind()))
                .with("command", holder.commandLine())
                .with("executable", holder.executable())
                .with("user", holder.user())
                .with("started", holder.started())
                .with("ageSeconds", holder.age().map(Duration::toSeconds))
                .with("lock", word(holder.mode()))
                .with("queue", queue(holder.queuePlace()))
                .with(
                        "descriptors",
                        holder.descriptors().stream().map(HoldersJson::of).toList())
                .with("descriptorsReadable", holder.hasReadableDescriptors())
                .with("visible", holder.isVisible())
                .with("deletedFile", holder.isOfDeletedFile())
                .with("otherNamespace", holder.isInOtherNamespace())
                .with("advice", holder.advice());
    }

    private static Json of(OpenFile file) {
        return new Json()
                .with("descriptor", file.descriptor())
                .with("role", word(file.role()))
                .with("path", file.path())
                .with("writable", file.writable())
                .with("lock", word(file.lock()))
                .with("deleted", file.deleted());
    }

    private static Optional<Json> queue(Optional<QueuePlace> place) {
        return place.map(its -> new Json()
                .with("ticket", its.ticket())
                .with("exclusive", its.exclusive())
                .with("turn", its.turn())
                .with("ahead", its.ahead()));
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
