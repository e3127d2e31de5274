/* The machine is a computer: standard input and output are the serial line, the working folder holds the files. */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "platform.h"

static struct timespec start;

void platform_init(void) { clock_gettime(CLOCK_MONOTONIC, &start); }

uint64_t platform_now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t us = (int64_t)(now.tv_sec - start.tv_sec) * 1000000 + (now.tv_nsec - start.tv_nsec) / 1000;
    return (uint64_t)us;
}

int32_t platform_random(void *context, uint8_t *out, size_t len) {
    (void)context;
    return platform_read("/dev/urandom", out, len) == (int32_t)len ? 0 : -1;
}

size_t platform_receive(uint8_t *out, size_t capacity) {
    struct pollfd line = {.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    if (poll(&line, 1, 5) <= 0) {
        return 0;
    }
    ssize_t len = read(STDIN_FILENO, out, capacity);
    if (len == 0) {
        platform_log("the line has ended");
        platform_exit(1);
    }
    return len < 0 ? 0 : (size_t)len;
}

void platform_send(const uint8_t *bytes, size_t len) {
    while (len > 0) {
        ssize_t sent = write(STDOUT_FILENO, bytes, len);
        if (sent < 0 && errno != EINTR) {
            platform_exit(1);
        }
        if (sent > 0) {
            bytes += sent;
            len -= (size_t)sent;
        }
    }
}

/* A new file that takes the place of the old one at once, whenever the power goes. */
int32_t platform_write(const char *name, const uint8_t *bytes, size_t len) {
    int file = open("new", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0) {
        return -1;
    }
    ssize_t written = write(file, bytes, len);
    int synced = fsync(file);
    if (close(file) != 0 || synced != 0 || written != (ssize_t)len) {
        return -1;
    }
    return rename("new", name) == 0 ? 0 : -1;
}

int32_t platform_read(const char *name, uint8_t *out, size_t capacity) {
    int file = open(name, O_RDONLY);
    if (file < 0) {
        return -1;
    }
    ssize_t len = read(file, out, capacity);
    close(file);
    return (int32_t)len;
}

void platform_log(const char *text) { fprintf(stderr, "sensor: %s\n", text); }

void platform_exit(int status) { exit(status); }
