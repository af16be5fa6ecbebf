package io.github.duckpool.lock;

import java.nio.file.Path;
import java.time.Duration;

/** A process that looks who has a file, and tries to end them if it is told so: {@code file [terminate]}. Needs the JDK alone. */
final class Looker {
    private Looker() {}

    public static void main(String[] args) throws Exception {
        LockHolders seen = LockHolders.of(Path.of(args[0]));
        System.out.println("source " + seen.source() + " hidden " + (seen.hidden() > 0 ? "some" : "none"));
        seen.notes().forEach(note -> System.out.println("note " + note));
        for (LockHolder holder : seen.holders()) {
            System.out.println("holder " + holder.pid() + " " + holder.mode() + " readable "
                    + holder.hasReadableDescriptors() + " elsewhere " + holder.isInOtherNamespace());
            System.out.println("objection " + holder.objection().orElse("none"));
            if (args.length > 1) {
                Termination asked = holder.terminate(Duration.ofMinutes(1));
                System.out.println("asked " + asked.outcome() + " " + asked.detail());
                System.out.println("killed " + holder.terminateForcibly().outcome());
            }
        }
        System.out.println("end");
    }
}
