/* Where sensor.c keeps its session and, if it is built so, its sealed frames. */
#ifndef STORAGE_H
#define STORAGE_H

#include "iomt.h"

/* One of `IOMT_KEEPING_…`. */
extern const uint8_t storage_keeping;

/* Reads what an earlier boot has left. */
void storage_init(void);

/* The session's image: its length, 0 where there is none. */
size_t storage_read_image(uint8_t image[IOMT_MAX_IMAGE]);

/* Does whatever the device wants of its storage now. */
iomt_status storage_serve(iomt_device *device, uint64_t now_us);

#endif
