package io.github.duckpool.internal.pool;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What all sessions of one instance share, whichever pool of this JVM they belong to: how it was before borrowers changed it, and
 * what is known of how it came about. Thread-safe.
 */
final class SharedState {
    /** Those that several pools may use, by what their URLs have in common; guarded by itself. */
    private static final Map<String, SharedState> SHARED = new HashMap<>();

    private final Baseline<Map<String, @Nullable String>> settings = new Baseline<>(String::equals);
    private final Baseline<Map<String, AttachmentChanges.Attachment>> attachments =
            new Baseline<>(InstanceChanges.Text::names);
    private final Baseline<Set<String>> secrets = new Baseline<>(SecretChanges::means);

    private final @Nullable String key;

    /** Guarded by {@link #SHARED}, as all that follows. */
    private int openings;

    /** Settings given to DuckDB when it opened the database, exactly as they were given. */
    private final Map<String, String> given = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    /** What ran before anyone connected, in lower case. */
    private final Set<String> initSql = new HashSet<>();

    private boolean openedByOthers;

    private SharedState(@Nullable String key) {
        this.key = key;
    }

    /** One that nobody else can share. */
    static SharedState own() {
        return new SharedState(null);
    }

    /** Finds what belongs to a database that is just being opened; {@link #closed} follows. */
    static SharedState opened(Opening opening) {
        synchronized (SHARED) {
            String key = opening.key();
            SharedState state = key == null ? own() : SHARED.computeIfAbsent(key, SharedState::new);
            state.openings++;
            state.given.putAll(opening.settings());
            opening.initSql().forEach(sql -> state.initSql.add(sql.toLowerCase(Locale.ROOT)));
            state.openedByOthers |= opening.byOthers();
            return state;
        }
    }

    /** One of those who opened it has closed it. */
    void closed() {
        synchronized (SHARED) {
            if (--openings == 0 && key != null) {
                SHARED.remove(key, this);
            }
        }
    }

    /** What a setting was set to at opening, exactly; null if it is not known. */
    @Nullable
    String given(String setting) {
        synchronized (SHARED) {
            return mayBeInitial(setting)
                    ? null
                    : SettingChanges.names(setting).stream()
                            .map(given::get)
                            .filter(Objects::nonNull)
                            .findFirst()
                            .orElse(null);
        }
    }

    /** Whether opening the database surely left a setting at its default. */
    boolean isDefault(String setting) {
        synchronized (SHARED) {
            return !openedByOthers
                    && !mayBeInitial(setting)
                    && SettingChanges.names(setting).stream().noneMatch(given::containsKey);
        }
    }

    private boolean mayBeInitial(String setting) {
        return SettingChanges.names(setting).stream()
                .anyMatch(name -> initSql.stream().anyMatch(sql -> InstanceChanges.Text.names(sql, name)));
    }

    Baseline<Map<String, @Nullable String>> settings() {
        return settings;
    }

    Baseline<Map<String, AttachmentChanges.Attachment>> attachments() {
        return attachments;
    }

    Baseline<Set<String>> secrets() {
        return secrets;
    }
}
