/* The yardstick of gateway/bench/append: writes groups of given lengths one behind the other into a file that was
 * filled before, and forces each, with nothing around it.
 *
 *   append FILE GROUPS    GROUPS: one length in bytes a line
 *
 * Prints one line: nanoseconds of the clock, nanoseconds of processor time, groups, bytes. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what) {
    fprintf(stderr, "append: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t now(clockid_t clock) {
    struct timespec t;
    if (clock_gettime(clock, &t) != 0) fail("clock");
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void write_whole(int fd, const char *bytes, size_t length, off_t offset) {
    while (length > 0) {
        ssize_t written = pwrite(fd, bytes, length, offset);
        if (written < 0) {
            if (errno == EINTR) continue;
            fail("pwrite");
        }
        bytes += written;
        length -= (size_t)written;
        offset += written;
    }
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: append FILE GROUPS\n");
        return 2;
    }
    FILE *list = fopen(argv[2], "r");
    if (list == NULL) fail(argv[2]);
    size_t count = 0, room = 1024, largest = 1 << 20, total = 0;
    size_t *lengths = malloc(room * sizeof *lengths);
    if (lengths == NULL) fail("memory");
    size_t length;
    while (fscanf(list, "%zu", &length) == 1) {
        if (count == room) {
            room *= 2;
            lengths = realloc(lengths, room * sizeof *lengths);
            if (lengths == NULL) fail("memory");
        }
        lengths[count++] = length;
        if (length > largest) largest = length;
        total += length;
    }
    fclose(list);

    char *bytes = malloc(largest);
    if (bytes == NULL) fail("memory");
    int fd = open(argv[1], O_CREAT | O_RDWR | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) fail(argv[1]);
    memset(bytes, 0, largest);
    for (size_t at = 0; at < total;) {
        size_t part = total - at < largest ? total - at : largest;
        write_whole(fd, bytes, part, (off_t)at);
        at += part;
    }
    if (fsync(fd) != 0) fail("fsync");
    uint64_t random = 88172645463325252u;
    for (size_t i = 0; i < largest; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        bytes[i] = (char)random;
    }

    int64_t start = now(CLOCK_MONOTONIC), used = now(CLOCK_PROCESS_CPUTIME_ID);
    off_t offset = 0;
    for (size_t i = 0; i < count; i++) {
        write_whole(fd, bytes, lengths[i], offset);
        if (fdatasync(fd) != 0) fail("fdatasync");
        offset += (off_t)lengths[i];
    }
    printf("%lld %lld %zu %zu\n", (long long)(now(CLOCK_MONOTONIC) - start),
           (long long)(now(CLOCK_PROCESS_CPUTIME_ID) - used), count, total);
    return close(fd) == 0 ? 0 : 1;
}
