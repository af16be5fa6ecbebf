package io.github.duckpool.examples.letters;

import java.time.LocalDate;

/**
 * One document.
 *
 * @param id from 1, in the order of arrival
 * @param title what it is about
 * @param day when it was written
 * @param body its text
 */
record Letter(int id, String title, LocalDate day, String body) {

    /** Reads one line of the data set: title, day and body, with tabs between them. */
    static Letter parse(int id, String line) {
        String[] fields = line.split("\t", -1);
        if (fields.length != 3) {
            throw new IllegalArgumentException(
                    "line " + id + " must have title, day and body, had " + fields.length + " fields");
        }
        return new Letter(id, fields[0].strip(), LocalDate.parse(fields[1]), fields[2].strip());
    }

    /** How many words the body has: the pipeline's work on each document. */
    int words() {
        int words = 0;
        boolean inside = false;
        for (int i = 0; i < body.length(); i++) {
            boolean letter = Character.isLetterOrDigit(body.charAt(i));
            if (letter && !inside) {
                words++;
            }
            inside = letter;
        }
        return words;
    }
}
