/* The session in a file, by two functions that the library calls; frames are in RAM alone. */
#include <string.h>

#include "platform.h"
#include "storage.h"

const uint8_t storage_keeping = IOMT_KEEPING_SESSION;

static const char file[] = "session";

static int32_t write_image(void *context, const uint8_t *image, size_t len) {
    static uint8_t back[IOMT_MAX_IMAGE];
    (void)context;
    int is_written = platform_write(file, image, len) == 0;
    int is_read = is_written && platform_read(file, back, sizeof back) == (int32_t)len;
    return is_read && memcmp(back, image, len) == 0 ? 0 : -1;
}

static int32_t erase_image(void *context) {
    (void)context;
    return platform_write(file, NULL, 0);
}

void storage_init(void) {}

size_t storage_read_image(uint8_t image[IOMT_MAX_IMAGE]) {
    int32_t len = platform_read(file, image, IOMT_MAX_IMAGE);
    return len < 0 ? 0 : (size_t)len;
}

iomt_status storage_serve(iomt_device *device, uint64_t now_us) {
    static const iomt_image_store store = {write_image, erase_image, NULL};
    return iomt_device_store_on(device, now_us, &store);
}
