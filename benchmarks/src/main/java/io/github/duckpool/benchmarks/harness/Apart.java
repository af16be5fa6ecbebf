package io.github.duckpool.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Contenders that have a JVM each and take turns with it: a slice of each after a slice of the others. A JVM of its own, as in the services that
 * use it, is compiled for this contender alone; and what differs by how long a JVM has run, or by what the machine gives in this second, is
 * the same for all of them. While one is measured the threads of the others are gone. Whoever fails has failed under all settings of the round; the
 * others go on.
 *
 * @param opening a class with a constructor without parameters, which opens what is measured, in its JVM
 * @param settings what is measured, by turns as well
 * @param times how long
 */
public record Apart(Class<? extends Opening> opening, List<Setting> settings, Times times) {
    /** The first one finds code that nothing was compiled of. */
    private static final int WARM_UPS = 2;

    /** Time per operation and thread. */
    public static final String TIME = JmhTurn.SCORE;

    /** Bytes allocated per operation. */
    public static final String ALLOCATED = JmhTurn.ALLOCATED;

    /** How often a thread waited until it was woken, per operation; where there are several threads, on Linux. */
    public static final String SWITCHES = "context switches";

    /** Copies the list. */
    public Apart {
        settings = List.copyOf(settings);
    }

    /**
     * One case.
     *
     * @param group of the case
     * @param at of the case
     * @param name what the opening knows it by; cases may share one
     * @param threads how many do it at once
     * @param contenders who takes part
     */
    public record Setting(String group, String at, String name, int threads, List<String> contenders) {
        /** Copies the list. */
        public Setting {
            contenders = List.copyOf(contenders);
        }
    }

    /**
     * How long it is measured.
     *
     * @param warmUpMillis of each contender, all settings together
     * @param slices of each setting; the median counts
     * @param sliceMillis how long one is
     */
    public record Times(int warmUpMillis, int slices, int sliceMillis) {}

    /** Opens what is measured. */
    @FunctionalInterface
    public interface Opening {
        /**
         * Opens a contender.
         *
         * @param contender its name
         * @param setting how
         * @param directory empty, and deleted afterwards
         * @return what is measured; closed at the end
         * @throws Exception if it can't be opened
         */
        Subject open(String contender, String setting, Path directory) throws Exception;
    }

    /** What is measured. */
    public interface Subject extends AutoCloseable {
        /**
         * What one thread does, over and over.
         *
         * @return the thread's own
         */
        Busy.Client client();
    }

    /**
     * Makes a case of each setting. The first turn of a round measures all of them.
     *
     * @return the cases, whose samples have {@link #TIME}, in nanoseconds, {@link #ALLOCATED} and
     *     {@link #SWITCHES}
     */
    public List<Case> cases() {
        Together together = Together.of(this::measure);
        return settings.stream()
                .map(each ->
                        Case.of(each.group, each.at, each.contenders, contender -> together.turn(key(each, contender))))
                .toList();
    }

    private void measure(Path directory, Together.Samples samples) throws Exception {
        Map<String, Peer> peers = new LinkedHashMap<>();
        try {
            for (Setting setting : settings) {
                for (String contender : setting.contenders) {
                    if (!peers.containsKey(contender)) {
                        Path own = Files.createDirectory(directory.resolve(Integer.toString(peers.size())));
                        peers.put(contender, Peer.start(ApartPeer.class, opening.getName(), contender, own.toString()));
                    }
                }
            }
            for (int i = 0; i < WARM_UPS; i++) {
                round(peers, i, times.warmUpMillis / (WARM_UPS * settings.size()), samples);
            }
            Map<String, List<Busy.Count>> counts = new HashMap<>();
            for (int i = 0; i < times.slices; i++) {
                round(peers, i, times.sliceMillis, samples)
                        .forEach((key, count) -> counts.computeIfAbsent(key, k -> new ArrayList<>())
                                .add(count));
            }
            for (Map.Entry<String, Peer> each : List.copyOf(peers.entrySet())) {
                try {
                    each.getValue().finish();
                } catch (IOException e) {
                    drop(peers, each.getKey(), samples, each.getKey(), e);
                }
            }
            for (Setting setting : settings) {
                for (String contender : setting.contenders) {
                    List<Busy.Count> slices = counts.get(key(setting, contender));
                    if (slices != null) {
                        samples.put(key(setting, contender), sample(slices, setting.threads));
                    }
                }
            }
        } finally {
            for (Peer peer : peers.values()) {
                peer.kill();
            }
        }
    }

    /** A slice of each contender under each setting, as far as it has not failed. */
    private Map<String, Busy.Count> round(Map<String, Peer> peers, int first, int millis, Together.Samples samples)
            throws InterruptedException {
        Map<String, Busy.Count> counts = new HashMap<>();
        for (Setting setting : settings) {
            int count = setting.contenders.size();
            for (int i = 0; i < count; i++) {
                String contender = setting.contenders.get((first + i) % count);
                Peer peer = peers.get(contender);
                if (peer != null) {
                    try {
                        counts.put(key(setting, contender), slice(peer, setting, millis));
                    } catch (IOException e) {
                        drop(peers, contender, samples, key(setting, contender), e);
                    }
                }
            }
        }
        return counts;
    }

    private static Busy.Count slice(Peer peer, Setting setting, int millis) throws IOException {
        peer.say(setting.threads + " " + Math.max(1, millis) + " " + setting.name);
        String answer = peer.answer();
        if (answer.startsWith(ApartPeer.FAILED)) {
            throw new IOException(answer.substring(ApartPeer.FAILED.length()));
        }
        String[] words = answer.split(" ", -1);
        return new Busy.Count(Double.parseDouble(words[0]), Double.parseDouble(words[1]), Double.parseDouble(words[2]));
    }

    /** Its JVM may be anywhere in what it was told, so that nothing more is to be learnt from it. */
    private void drop(
            Map<String, Peer> peers, String contender, Together.Samples samples, String where, IOException why)
            throws InterruptedException {
        Peer peer = peers.remove(contender);
        if (peer != null) {
            peer.kill();
        }
        for (Setting setting : settings) {
            samples.fail(key(setting, contender), new IOException(where + ": " + why.getMessage(), why));
        }
    }

    private static Map<String, Double> sample(List<Busy.Count> slices, int threads) {
        Map<String, Double> sample = new HashMap<>();
        sample.put(TIME, median(slices, Busy.Count::nanos));
        sample.put(ALLOCATED, median(slices, Busy.Count::bytes));
        double switches = median(slices, Busy.Count::switches);
        if (threads > 1 && !Double.isNaN(switches)) {
            sample.put(SWITCHES, switches);
        }
        return sample;
    }

    private static double median(List<Busy.Count> slices, ToDoubleFunction<Busy.Count> figure) {
        return Together.median(slices.stream().mapToDouble(figure).toArray());
    }

    private static String key(Setting setting, String contender) {
        return setting.group + ", " + setting.at + ": " + contender;
    }
}
