/*
 * A sensor in C: pairs by the secret on its label, or goes on where it was before its reboot; takes an ECG, finds the
 * beats in it, sends both, and ends when the server has everything stored.
 *
 * The ECG is computed and taken as fast as it can be sent; its times are those of its samples.
 */
#include "iomt.h"
#include "platform.h"
#include "storage.h"

enum { RATE_HZ = 250, SECONDS = 12, SAMPLES = RATE_HZ * SECONDS, US_PER_SAMPLE = 1000000 / RATE_HZ };

/* What the label says; a product has another one on each. */
static const uint8_t label_secret[16] = {0x69, 0x6f, 0x6d, 0x74, 0x2d, 0x63, 0x2d, 0x65,
                                         0x78, 0x61, 0x6d, 0x70, 0x6c, 0x65, 0x2d, 0x31};

static iomt_device_memory device_memory;
static iomt_beats_memory beats_memory;
static iomt_serial_memory serial_memory;

static iomt_device *device;
static iomt_beats *beats;
static iomt_serial *serial;

void iomt_panic(void) {
    platform_log("the library has found a mistake of its own");
    platform_exit(3);
}

/* Ends the program where a call failed that can not be made up for. */
static void need(iomt_status status, const char *what) {
    if (status < 0) {
        platform_log(what);
        platform_log(iomt_status_text(status));
        platform_exit(1);
    }
}

/* ---- Boot */

static const char identity_file[] = "identity";

/* Who the device is: drawn at its first boot, as a factory would. */
static void load_identity(uint8_t identity[IOMT_IDENTITY_LEN]) {
    if (platform_read(identity_file, identity, IOMT_IDENTITY_LEN) == IOMT_IDENTITY_LEN) {
        return;
    }
    if (platform_random(NULL, identity, IOMT_IDENTITY_LEN) != 0 ||
        platform_write(identity_file, identity, IOMT_IDENTITY_LEN) != 0) {
        platform_log("no identity");
        platform_exit(1);
    }
}

static void boot(void) {
    static uint8_t identity[IOMT_IDENTITY_LEN], image[IOMT_MAX_IMAGE];
    load_identity(identity);
    iomt_config config = {0};
    config.identity = identity;
    config.random = platform_random;
    config.manufacturer = "Example";
    config.model = "Sensor in C";
    config.serial = "C-1";
    config.firmware = "1.0";
    config.keeping = storage_keeping;
    config.is_direct = 1;
    need(iomt_device_init(&device_memory, &config, &device), "device");
    need(iomt_serial_init(&serial_memory, &serial), "serial line");
    need(iomt_beats_init(&beats_memory, RATE_HZ * 1000, 1000, &beats), "detector");

    storage_init();
    size_t len = storage_read_image(image);
    if (len > 0 && iomt_device_resume(device, platform_now_us(), image, len) == IOMT_STATUS_OK) {
        platform_log("goes on with its session");
    } else {
        need(iomt_device_arm(device, label_secret, sizeof label_secret), "label");
        platform_log("can be paired");
    }
}

/* ---- The heart: 75 beats a minute, each a spike of 1 mV, on a line that drifts */

static int32_t sample_uv(uint32_t index) {
    int32_t from_peak = (int32_t)(index % 200) - 100;
    int32_t spike = 1000 - 100 * (from_peak < 0 ? -from_peak : from_peak);
    return (spike > 0 ? spike : 0) + (int32_t)(index % 50) - 25;
}

static uint32_t taken;      /* Samples that the detector has. */
static uint64_t last_beat;  /* The index of the newest beat; */
static uint32_t beat_count; /* of so many. */

static iomt_observation observation(uint64_t index, uint32_t metric, uint32_t unit, int32_t value) {
    iomt_observation it = {0};
    it.time_us = index * US_PER_SAMPLE;
    it.metric = metric;
    it.unit = unit;
    it.mantissa = value;
    return it;
}

/* Beats wait here until the outbox has room: of one second at most four, and those that come late. */
static iomt_observation waiting[IOMT_MAX_OBSERVATIONS];
static size_t waiting_count;

static void note_beat(const iomt_beat *beat) {
    if (beat_count > 0 && waiting_count < IOMT_MAX_OBSERVATIONS) {
        int32_t interval_ms = (int32_t)(beat->index - last_beat) * 1000 / RATE_HZ;
        waiting[waiting_count++] = observation(beat->index, IOMT_METRIC_RR_INTERVAL, IOMT_UNIT_MILLISECOND, interval_ms);
    }
    last_beat = beat->index;
    beat_count++;
}

/* Sends the beats that wait; whether none does any more. */
static int send_beats(uint64_t now) {
    if (waiting_count == 0) {
        return 1;
    }
    iomt_status status =
        iomt_device_send_observations(device, now, IOMT_SPACE_DATA, waiting, waiting_count, NULL);
    if (status == IOMT_STATUS_OUTBOX_FULL) {
        return 0;
    }
    need(status, "beats");
    waiting_count = 0;
    return 1;
}

/* Takes and sends the next second; whether the outbox had room. */
static int send_second(uint64_t now) {
    static int32_t samples[RATE_HZ];
    for (uint32_t i = 0; i < RATE_HZ; i++) {
        samples[i] = sample_uv(taken + i);
    }
    iomt_waveform block = {0};
    block.start_us = (uint64_t)taken * US_PER_SAMPLE;
    block.first_index = taken;
    block.samples = samples;
    block.count = RATE_HZ;
    block.metric = IOMT_METRIC_ECG_LEAD_II;
    block.unit = IOMT_UNIT_MICROVOLT;
    block.rate_millihertz = RATE_HZ * 1000;
    block.scale_mantissa = 1;
    iomt_status status = iomt_device_send_waveform(device, now, IOMT_SPACE_DATA, &block, NULL);
    if (status == IOMT_STATUS_OUTBOX_FULL) {
        return 0;
    }
    need(status, "waveform");
    for (uint32_t i = 0; i < RATE_HZ; i++) {
        iomt_beat beat;
        if (iomt_beats_push(beats, samples[i], &beat) == IOMT_STATUS_OK) {
            note_beat(&beat);
        }
    }
    taken += RATE_HZ;
    return 1;
}

/* The heart rate, as an alarm is sent: past whatever else waits. */
static int send_heart_rate(uint64_t now) {
    uint16_t bpm;
    need(iomt_beats_heart_rate(beats, &bpm) == IOMT_STATUS_OK ? IOMT_STATUS_OK : IOMT_STATUS_OTHER, "no heart rate");
    iomt_observation rate = observation(SAMPLES, IOMT_METRIC_HEART_RATE, IOMT_UNIT_BEATS_PER_MINUTE, bpm);
    iomt_record_id name;
    iomt_status status = iomt_device_send_observations(device, now, IOMT_SPACE_ALARM, &rate, 1, &name);
    if (status == IOMT_STATUS_OUTBOX_FULL) {
        return 0;
    }
    need(status, "heart rate");
    return 1;
}

static int is_flushed, is_rate_sent;

/* Gives the device what is there, as far as it has room; whether that is all. */
static int measure(uint64_t now) {
    while (send_beats(now)) {
        iomt_beat beat;
        if (taken < SAMPLES) {
            if (!send_second(now)) {
                return 0;
            }
        } else if (!is_rate_sent) {
            is_rate_sent = send_heart_rate(now);
            if (!is_rate_sent) {
                return 0;
            }
        } else if (!is_flushed) {
            if (iomt_beats_flush(beats, &beat) == IOMT_STATUS_OK) {
                note_beat(&beat);
            } else {
                is_flushed = 1;
            }
        } else {
            return 1;
        }
    }
    return 0;
}

/* ---- The loop */

static void take_input(void) {
    static uint8_t line[256];
    const uint8_t *bytes = line, *datagram;
    size_t len = platform_receive(line, sizeof line), datagram_len;
    while (iomt_serial_decode(serial, &bytes, &len, &datagram, &datagram_len) == IOMT_STATUS_OK) {
        iomt_status status = iomt_device_handle_datagram(device, platform_now_us(), datagram, datagram_len);
        if (status < 0) {
            platform_log(iomt_status_text(status)); /* Refused, and that is all. */
        }
    }
}

static void do_what_is_due(uint64_t now) {
    uint64_t due;
    if (iomt_device_poll_timeout(device, &due) == IOMT_STATUS_OK && due <= now) {
        iomt_status status = iomt_device_handle_timeout(device, now);
        if (status < 0) {
            platform_log(iomt_status_text(status)); /* Tried again later. */
        }
    }
    need(storage_serve(device, now), "storage");
}

static void tell_events(void) {
    iomt_event event;
    while (iomt_device_poll_event(device, &event) == IOMT_STATUS_OK) {
        switch (event.kind) {
        case IOMT_EVENT_KIND_PAIRED: platform_log("paired"); break;
        case IOMT_EVENT_KIND_READY: platform_log("ready"); break;
        case IOMT_EVENT_KIND_LOST: platform_log("frames lost"); break;
        case IOMT_EVENT_KIND_STORAGE_FAILED: platform_log("storage failed"); break;
        default: break;
        }
    }
}

static void send_output(uint64_t now) {
    static uint8_t datagram[IOMT_MAX_DATAGRAM], frame[IOMT_MAX_SERIAL_FRAME];
    size_t datagram_len, frame_len;
    while (iomt_device_poll_transmit(device, now, datagram, sizeof datagram, &datagram_len) == IOMT_STATUS_OK) {
        need(iomt_serial_encode(datagram, datagram_len, frame, sizeof frame, &frame_len), "frame");
        platform_send(frame, frame_len);
    }
}

int main(void) {
    platform_init();
    boot();
    int is_all_sent = 0;
    for (;;) {
        take_input();
        uint64_t now = platform_now_us();
        do_what_is_due(now);
        tell_events();
        iomt_state state;
        need(iomt_device_state(device, &state), "state");
        if (state.is_ready && !is_all_sent && measure(now)) {
            need(storage_serve(device, now), "storage");
            platform_log("everything is measured");
            is_all_sent = 1;
        }
        send_output(now);
        need(iomt_device_state(device, &state), "state");
        if (is_all_sent && state.is_settled) {
            need(iomt_device_deinit(device), "end");
            platform_log("everything is stored at the server");
            return 0;
        }
    }
}
