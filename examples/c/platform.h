/* What sensor.c wants of the machine it runs on: clock, random numbers, a serial line, two small files. */
#ifndef PLATFORM_H
#define PLATFORM_H

#include <stddef.h>
#include <stdint.h>

void platform_init(void);

/* Microseconds since the boot. */
uint64_t platform_now_us(void);

/* Fills `len` bytes with random ones; 0 when it has. An iomt_random_function. */
int32_t platform_random(void *context, uint8_t *out, size_t len);

/* Sleeps until bytes are there or some milliseconds are over; how many bytes there were. */
size_t platform_receive(uint8_t *out, size_t capacity);
void platform_send(const uint8_t *bytes, size_t len);

/* Files: 0 when it is done; the length, or -1 where there is none. */
int32_t platform_write(const char *name, const uint8_t *bytes, size_t len);
int32_t platform_read(const char *name, uint8_t *out, size_t capacity);

/* A line for whoever watches; not on the serial line. */
void platform_log(const char *text);

/* Ends the program. */
void platform_exit(int status);

#endif
