package org.sealpost.capture;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Consecutive files of keys and the filter over all of them, and over some that were given up. Only the filter
/// of the newest generation still changes.
///
/// @param keys       how many the filter holds
/// @param filterFile the name of the file in which the filter lies, too, if it does
/// @param isStale    whether the filter also holds keys of what was erased since
record KeyGeneration(List<KeyFile> files, KeyFilter filter, long keys, Optional<String> filterFile, boolean isStale) {
    KeyGeneration {
        files = List.copyOf(files);
    }

    KeyGeneration(List<KeyFile> files, KeyFilter filter, long keys, Optional<String> filterFile) {
        this(files, filter, keys, filterFile, false);
    }

    static KeyGeneration empty(WindowSizes sizes) {
        return new KeyGeneration(List.of(), new KeyFilter(sizes.filterBlocks()), 0, Optional.empty());
    }

    /// With a file at its end, whose keys are read from it.
    KeyGeneration with(KeyFile file) throws IOException, WindowFileBad {
        file.forEach(filter::add);
        return with(file, file.header().count());
    }

    /// With a file at its end, whose keys are in the filter already.
    KeyGeneration with(KeyFile file, long count) {
        List<KeyFile> more = new ArrayList<>(files);
        more.add(file);
        return new KeyGeneration(more, filter, keys + count, filterFile, isStale);
    }

    KeyGeneration withFiles(List<KeyFile> others) {
        return new KeyGeneration(others, filter, keys, filterFile, isStale);
    }

    KeyGeneration withFilterIn(String file) {
        return new KeyGeneration(files, filter, keys, Optional.of(file), isStale);
    }

    /// One of the files was made anew without keys that it had; the filter lies in no file any more.
    KeyGeneration withStaleFilter() {
        return new KeyGeneration(files, filter, keys, Optional.empty(), true);
    }

    /// With a filter of what the files hold now. It counts as being as full as before, so that the next file goes
    /// where it would have gone.
    KeyGeneration withFilterMadeAnew(KeyFilter anew) {
        return new KeyGeneration(files, anew, keys, Optional.empty(), false);
    }

    /// Whether the next file goes under another filter.
    boolean isComplete(WindowSizes sizes) {
        return filterFile.isPresent() || isFull(sizes);
    }

    boolean isFull(WindowSizes sizes) {
        return keys >= sizes.generationKeys();
    }

    /// What a file of the filter says; empty while there is nothing in it.
    Optional<KeyFilter.Header> filterHeader() {
        if (files.isEmpty()) return Optional.empty();
        var first = files.getFirst().header();
        var last = files.getLast().header();
        return Optional.of(new KeyFilter.Header(first.first(), last.next(), last.use(), last.secretId()));
    }
}
