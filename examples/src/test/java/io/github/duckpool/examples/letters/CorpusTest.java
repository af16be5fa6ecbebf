package io.github.duckpool.examples.letters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class CorpusTest {

    @Test
    void theDataSetIsWhatTheDocumentationSays() throws Exception {
        Corpus corpus = Corpus.load();

        assertThat(corpus.size()).isEqualTo(17_597);
        List<Letter> all = corpus.share(0, 1);
        assertThat(all.get(1).title()).isEqualTo("Frågestund (kommissionen)");
        assertThat(all.get(1).day()).isEqualTo(LocalDate.of(1998, 11, 17));
        assertThat(all).allSatisfy(letter -> assertThat(letter.day().getYear()).isBetween(1996, 2011));
        assertThat(all.stream().mapToLong(letter -> letter.body().length()).sum())
                .isGreaterThan(15_000_000);
    }

    @Test
    void sharesHaveEveryLetterOnce() throws Exception {
        Corpus corpus = Corpus.read(packed("a\t2001-01-01\tone\nb\t2001-01-02\ttwo words\nc\t2001-01-03\tthree\n"));

        Set<Integer> ids = new HashSet<>();
        for (int pipeline = 0; pipeline < 2; pipeline++) {
            for (Letter letter : corpus.share(pipeline, 2)) {
                assertThat(ids.add(letter.id())).isTrue();
            }
        }
        assertThat(ids).containsExactlyInAnyOrder(1, 2, 3);
    }

    @Test
    void countsWords() {
        assertThat(new Letter(1, "", LocalDate.EPOCH, "  L'autentica  uguaglianza, nei 2 settori. ").words())
                .isEqualTo(6);
        assertThat(new Letter(1, "", LocalDate.EPOCH, "").words()).isZero();
    }

    @Test
    void aDamagedLineIsNamed() {
        assertThatThrownBy(() -> Corpus.read(packed("a\t2001-01-01\tone\nb\n")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("line 2 must have title, day and body, had 1 fields");
    }

    private static InputStream packed(String text) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return new ByteArrayInputStream(packed.toByteArray());
    }
}
