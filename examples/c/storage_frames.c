/*
 * Session and sealed frames, by orders that are answered one by one: here at once, on a radio's flash whenever it is idle.
 *
 * All of it is one struct that is written to a file after each change: simple, and as much wear as no flash would bear.
 */
#include <string.h>

#include "platform.h"
#include "storage.h"

const uint8_t storage_keeping = IOMT_KEEPING_SESSION_AND_FRAMES;

enum { PLACES = 64, LONGEST = 512 };

static const char file[] = "storage";

static struct {
    uint32_t image_len;
    uint8_t image[IOMT_MAX_IMAGE];
    struct place {
        uint32_t len; /* 0: free */
        iomt_store_address address;
        uint8_t bytes[LONGEST];
    } places[PLACES];
} kept;

static iomt_status save(void) {
    return platform_write(file, (const uint8_t *)&kept, sizeof kept) == 0 ? IOMT_STATUS_OK : IOMT_STATUS_OTHER;
}

void storage_init(void) {
    int32_t len = platform_read(file, (uint8_t *)&kept, sizeof kept);
    if (len != (int32_t)sizeof kept || kept.image_len > sizeof kept.image) {
        memset(&kept, 0, sizeof kept);
    }
}

size_t storage_read_image(uint8_t image[IOMT_MAX_IMAGE]) {
    memcpy(image, kept.image, kept.image_len);
    return kept.image_len;
}

static int is_beside(const iomt_store_address *a, const iomt_store_address *b) {
    return a->peer == b->peer && a->space == b->space && memcmp(a->epoch, b->epoch, sizeof a->epoch) == 0;
}

static iomt_status put_image(const iomt_store_order *order) {
    memset(kept.image, 0, sizeof kept.image); /* Nothing is left of the one before. */
    memcpy(kept.image, order->bytes, order->len);
    kept.image_len = (uint32_t)order->len;
    return save();
}

static iomt_status put_frame(const iomt_store_order *order) {
    for (size_t i = 0; i < PLACES; i++) {
        struct place *place = &kept.places[i];
        if (place->len == 0 && order->len <= LONGEST) {
            place->address = order->address;
            memcpy(place->bytes, order->bytes, order->len);
            place->len = (uint32_t)order->len;
            return save();
        }
    }
    return IOMT_STATUS_NO_ROOM;
}

/* The frame at the address, or the next above it. */
static const struct place *find(const iomt_store_address *address) {
    const struct place *found = NULL;
    for (size_t i = 0; i < PLACES; i++) {
        const struct place *place = &kept.places[i];
        if (place->len > 0 && is_beside(&place->address, address) && place->address.counter >= address->counter &&
            (found == NULL || place->address.counter < found->address.counter)) {
            found = place;
        }
    }
    return found;
}

static iomt_status free_below(const iomt_store_address *address) {
    for (size_t i = 0; i < PLACES; i++) {
        struct place *place = &kept.places[i];
        if (place->len > 0 && is_beside(&place->address, address) && place->address.counter < address->counter) {
            place->len = 0;
        }
    }
    return save();
}

static iomt_status scan(iomt_device *device) {
    for (size_t i = 0; i < PLACES; i++) {
        if (kept.places[i].len > 0) {
            iomt_status status = iomt_device_handle_found(device, &kept.places[i].address);
            if (status < 0) {
                return status;
            }
        }
    }
    return IOMT_STATUS_OK;
}

static iomt_status erase(void) {
    memset(&kept, 0, sizeof kept);
    return save();
}

iomt_status storage_serve(iomt_device *device, uint64_t now_us) {
    static uint8_t buffer[IOMT_MAX_DATAGRAM];
    iomt_store_order order;
    iomt_status status;
    while ((status = iomt_device_poll_store(device, now_us, buffer, sizeof buffer, &order)) == IOMT_STATUS_OK) {
        const struct place *found = NULL;
        iomt_status outcome = IOMT_STATUS_OTHER;
        switch (order.kind) {
        case IOMT_STORE_KIND_IMAGE: outcome = put_image(&order); break;
        case IOMT_STORE_KIND_ERASE: outcome = erase(); break;
        case IOMT_STORE_KIND_FRAME: outcome = put_frame(&order); break;
        case IOMT_STORE_KIND_LOAD: found = find(&order.address); outcome = IOMT_STATUS_NOTHING; break;
        case IOMT_STORE_KIND_FREE: outcome = free_below(&order.address); break;
        case IOMT_STORE_KIND_SCAN: outcome = scan(device); break;
        default: break;
        }
        if (found != NULL) {
            status = iomt_device_handle_loaded(device, now_us, &found->address, found->bytes, found->len);
        } else {
            status = iomt_device_handle_stored(device, now_us, outcome);
        }
        if (status < 0) {
            return status;
        }
    }
    return status == IOMT_STATUS_NOTHING ? IOMT_STATUS_OK : status;
}
