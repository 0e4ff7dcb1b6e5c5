package org.sealpost.sensor.gpio;

import java.lang.foreign.MemorySegment;
import java.time.Duration;

/// The system calls that a GPIO character device needs. A seam: tests put a kernel of their own here, which lets
/// chips vanish and events get lost.
interface SystemCalls {
    /// Opens a device for reading, and for this process only. Returns the file's descriptor.
    int open(String path) throws SystemCallFailed;

    /// Returns what the call returned, which is never negative.
    int ioctl(int file, int request, MemorySegment argument) throws SystemCallFailed;

    /// Reads once, at most as much as the segment has room for; returns the bytes read.
    long read(int file, MemorySegment into) throws SystemCallFailed;

    /// Waits until the file has something to read or is broken (a read then tells), or the alarm was sounded, or
    /// the time is over. Returns whether it was the file.
    boolean awaitReadable(int file, int alarm, Duration atMost) throws SystemCallFailed;

    /// Makes an alarm: a file that ends another thread's [#awaitReadable].
    int alarm() throws SystemCallFailed;

    /// Sounds an alarm, for good.
    void sound(int alarm) throws SystemCallFailed;

    void close(int file);
}
