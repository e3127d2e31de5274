/* What the functions answer to what is wrong, and to what is right without a server. Ends with 1 at the first surprise. */
#include <string.h>

#include "iomt.h"
#include "platform.h"

static iomt_device_memory device_memory;
static iomt_beats_memory beats_memory;
static iomt_serial_memory serial_memory;

/* Nowhere, and where nothing can stand: outputs that are refused before anything is done for them. */
static uint64_t odd[8];
static void *const bad_outputs[] = {NULL, (uint8_t *)odd + 1};
enum { BAD_OUTPUTS = sizeof bad_outputs / sizeof *bad_outputs };

void iomt_panic(void) { platform_exit(3); }

static void expect(int is_so, const char *claim) {
    if (!is_so) {
        platform_log(claim);
        platform_exit(1);
    }
}

static int32_t counting(void *context, uint8_t *out, size_t len) {
    uint8_t *state = context;
    for (size_t i = 0; i < len; i++) {
        out[i] = (*state)++;
    }
    return 0;
}

static int32_t broken(void *context, uint8_t *out, size_t len) {
    (void)context, (void)out, (void)len;
    return -1;
}

static void refuses_a_wrong_configuration(void) {
    static const uint8_t identity[IOMT_IDENTITY_LEN] = {1};
    static const char long_text[] = "0123456789012345678901234567890123456789012345678901234567890123456789";
    static const char not_utf8[] = {(char)0xFF, 0};
    uint8_t state = 0;
    iomt_device *device;
    iomt_config good = {0}, bad;
    good.identity = identity;
    good.random = counting;
    good.context = &state;

    expect(iomt_device_init(NULL, &good, &device) == IOMT_STATUS_BAD_POINTER, "no memory");
    expect(device == NULL, "no device where there is no memory");
    expect(iomt_device_init(&device_memory, NULL, &device) == IOMT_STATUS_BAD_POINTER, "no configuration");
    expect(iomt_device_init(&device_memory, &good, NULL) == IOMT_STATUS_BAD_POINTER, "no output");
    void *misaligned = (uint8_t *)&device_memory + 1;
    expect(iomt_device_init(misaligned, &good, &device) == IOMT_STATUS_BAD_POINTER, "memory that is not aligned");
    bad = good, bad.identity = NULL;
    expect(iomt_device_init(&device_memory, &bad, &device) == IOMT_STATUS_BAD_POINTER, "no identity");
    bad = good, bad.random = NULL;
    expect(iomt_device_init(&device_memory, &bad, &device) == IOMT_STATUS_BAD_POINTER, "no random numbers");
    bad = good, bad.keeping = 3;
    expect(iomt_device_init(&device_memory, &bad, &device) == IOMT_STATUS_BAD_ARGUMENT, "keeping 3");
    bad = good, bad.is_direct = 2;
    expect(iomt_device_init(&device_memory, &bad, &device) == IOMT_STATUS_BAD_ARGUMENT, "direct 2");
    bad = good, bad.model = not_utf8;
    expect(iomt_device_init(&device_memory, &bad, &device) == IOMT_STATUS_BAD_ARGUMENT, "a text that is not UTF-8");
    bad = good, bad.model = long_text;
    expect(iomt_device_init(&device_memory, &bad, &device) == IOMT_STATUS_BAD_ARGUMENT, "a text that is too long");
    expect(iomt_device_init(&device_memory, &good, &device) == IOMT_STATUS_OK, "a good configuration");
    expect(iomt_device_deinit(device) == IOMT_STATUS_OK, "the end of it");
}

static void refuses_wrong_calls(void) {
    static const uint8_t identity[IOMT_IDENTITY_LEN] = {2}, label[16] = {3};
    static uint8_t buffer[IOMT_MAX_DATAGRAM];
    iomt_config config = {0};
    config.identity = identity;
    config.random = broken;
    iomt_device *device;
    expect(iomt_device_init(&device_memory, &config, &device) == IOMT_STATUS_OK, "a device");

    expect(iomt_device_arm(device, label, 15) == IOMT_STATUS_BAD_ARGUMENT, "a label of 15 bytes");
    expect(iomt_device_arm(NULL, label, 16) == IOMT_STATUS_BAD_POINTER, "no device");
    expect(iomt_device_arm(device, NULL, 16) == IOMT_STATUS_BAD_POINTER, "no label");
    expect(iomt_device_handle_datagram(device, 1, NULL, 0) == IOMT_STATUS_MALFORMED, "an empty datagram");
    expect(iomt_device_handle_datagram(device, 1, label, 16) < 0, "a datagram of nobody");
    expect(iomt_device_resume(device, 1, label, 16) == IOMT_STATUS_BAD_IMAGE, "an image of nobody");
    expect(iomt_device_handle_stored(device, 1, IOMT_STATUS_OK) == IOMT_STATUS_NOT_AWAITED, "nothing was asked");

    size_t len = 7;
    expect(iomt_device_poll_transmit(device, 1, buffer, sizeof buffer - 1, &len) == IOMT_STATUS_NO_ROOM, "a short buffer");
    expect(iomt_device_poll_transmit(device, 1, buffer, sizeof buffer, &len) == IOMT_STATUS_NOTHING, "no datagram");
    expect(len == 0, "of no length");
    iomt_store_order order;
    expect(iomt_device_poll_store(device, 1, buffer, sizeof buffer, &order) == IOMT_STATUS_NOTHING, "no order");
    iomt_event event;
    expect(iomt_device_poll_event(device, &event) == IOMT_STATUS_NOTHING, "no event");
    for (size_t i = 0; i < BAD_OUTPUTS; i++) {
        void *bad = bad_outputs[i];
        expect(iomt_device_poll_event(device, bad) == IOMT_STATUS_BAD_POINTER, "no place for an event");
        expect(iomt_device_poll_store(device, 1, buffer, sizeof buffer, bad) == IOMT_STATUS_BAD_POINTER, "nor for an order");
        expect(iomt_device_poll_transmit(device, 1, buffer, sizeof buffer, bad) == IOMT_STATUS_BAD_POINTER, "nor a length");
    }
    uint64_t due;
    expect(iomt_device_poll_timeout(device, &due) == IOMT_STATUS_NOTHING, "nothing is due");

    iomt_observation it = {0}, many[IOMT_MAX_OBSERVATIONS + 1] = {{0}};
    expect(iomt_device_send_observations(device, 1, IOMT_SPACE_DATA, &it, 1, NULL) == IOMT_STATUS_NOT_PAIRED, "no session");
    expect(iomt_device_send_observations(device, 1, 2, &it, 1, NULL) == IOMT_STATUS_BAD_ARGUMENT, "space 2");
    expect(iomt_device_send_observations(device, 1, IOMT_SPACE_DATA, NULL, 1, NULL) == IOMT_STATUS_BAD_POINTER, "no values");
    expect(iomt_device_send_observations(device, 1, IOMT_SPACE_DATA, NULL, 0, NULL) == IOMT_STATUS_BAD_ARGUMENT, "none");
    expect(iomt_device_send_observations(device, 1, IOMT_SPACE_DATA, many, IOMT_MAX_OBSERVATIONS + 1, NULL) ==
               IOMT_STATUS_NO_ROOM, "too many values");
    it.kind = 7;
    expect(iomt_device_send_observations(device, 1, IOMT_SPACE_DATA, &it, 1, NULL) == IOMT_STATUS_BAD_ARGUMENT, "kind 7");

    int32_t samples[] = {1, 1 << 24};
    iomt_waveform block = {0};
    block.samples = samples;
    block.count = 1;
    expect(iomt_device_send_waveform(device, 1, IOMT_SPACE_DATA, &block, NULL) == IOMT_STATUS_BAD_ARGUMENT, "no rate");
    block.rate_millihertz = 250000;
    expect(iomt_device_send_waveform(device, 1, IOMT_SPACE_DATA, &block, NULL) == IOMT_STATUS_NOT_PAIRED, "no session yet");
    block.count = 2;
    expect(iomt_device_send_waveform(device, 1, IOMT_SPACE_DATA, &block, NULL) == IOMT_STATUS_BAD_ARGUMENT, "25 bits");
    block.count = IOMT_MAX_SAMPLES + 1;
    expect(iomt_device_send_waveform(device, 1, IOMT_SPACE_DATA, &block, NULL) == IOMT_STATUS_NO_ROOM, "too many samples");

    iomt_state state;
    expect(iomt_device_state(device, &state) == IOMT_STATUS_OK, "the state");
    expect(!state.is_ready && state.is_settled && state.packets_refused == 2, "no session, two packets refused");
    expect(iomt_device_deinit(device) == IOMT_STATUS_OK, "the end of it");
}

static void finds_beats(void) {
    iomt_beats *beats;
    iomt_beat beat;
    uint16_t bpm;
    expect(iomt_beats_init(&beats_memory, 99999, 1000, &beats) == IOMT_STATUS_BAD_ARGUMENT, "below 100 Hz");
    expect(iomt_beats_init(&beats_memory, 0, 1000, &beats) == IOMT_STATUS_BAD_ARGUMENT, "0 Hz");
    expect(iomt_beats_init(&beats_memory, 250000, 1000, &beats) == IOMT_STATUS_OK, "250 Hz");
    expect(iomt_beats_heart_rate(beats, &bpm) == IOMT_STATUS_NOTHING, "no rate before there are beats");
    uint64_t expected = 100;
    for (int32_t n = 0; n < 2000; n++) {
        int32_t from_peak = n % 200 - 100;
        int32_t spike = 1000 - 100 * (from_peak < 0 ? -from_peak : from_peak);
        for (size_t i = 0; i < BAD_OUTPUTS; i++) {
            expect(iomt_beats_push(beats, -4000, bad_outputs[i]) == IOMT_STATUS_BAD_POINTER, "a sample that is not taken");
        }
        if (iomt_beats_push(beats, spike > 0 ? spike : 0, &beat) == IOMT_STATUS_OK) {
            expect(beat.index == expected, "a beat where the spike is");
            expected += 200;
        }
    }
    expect(iomt_beats_heart_rate(beats, &bpm) == IOMT_STATUS_OK && bpm == 75, "75 a minute");
    for (size_t i = 0; i < BAD_OUTPUTS; i++) {
        expect(iomt_beats_flush(beats, bad_outputs[i]) == IOMT_STATUS_BAD_POINTER, "a beat that stays");
    }
    while (iomt_beats_flush(beats, &beat) == IOMT_STATUS_OK) {
        expect(beat.index == expected, "a beat at the end");
        expected += 200;
    }
    expect(expected == 2100, "ten beats");
    expect(iomt_beats_gap(beats, 1000) == IOMT_STATUS_OK, "a gap");
}

static void finds_datagrams_between_noise(void) {
    static const uint8_t noise[] = {0xFF, 0x13, 0x00, 0x47};
    static uint8_t line[64], frame[IOMT_MAX_SERIAL_FRAME];
    iomt_serial *serial;
    size_t frame_len, datagram_len;
    const uint8_t *datagram, *bytes = line;
    expect(iomt_serial_init(&serial_memory, &serial) == IOMT_STATUS_OK, "a decoder");
    expect(iomt_serial_encode((const uint8_t *)"alarm", 5, frame, sizeof frame - 1, &frame_len) == IOMT_STATUS_NO_ROOM, "a short buffer");
    expect(iomt_serial_encode(NULL, 0, frame, sizeof frame, &frame_len) == IOMT_STATUS_BAD_ARGUMENT, "no datagram");
    expect(iomt_serial_encode((const uint8_t *)"alarm", 5, frame, sizeof frame, &frame_len) == IOMT_STATUS_OK, "a frame");
    memcpy(line, noise, sizeof noise);
    memcpy(line + sizeof noise, frame, frame_len);
    line[sizeof noise + frame_len] = 0x55;
    size_t len = sizeof noise + frame_len + 1;
    for (size_t i = 0; i < BAD_OUTPUTS; i++) {
        void *bad = bad_outputs[i];
        expect(iomt_serial_decode(serial, &bytes, &len, bad, &datagram_len) == IOMT_STATUS_BAD_POINTER, "no datagram");
        expect(iomt_serial_decode(serial, &bytes, &len, &datagram, bad) == IOMT_STATUS_BAD_POINTER, "no length");
        expect(bytes == line, "nothing is taken");
    }
    expect(iomt_serial_decode(serial, &bytes, &len, &datagram, &datagram_len) == IOMT_STATUS_OK, "it is found");
    expect(datagram_len == 5 && memcmp(datagram, "alarm", 5) == 0, "as it was");
    expect(len == 1 && bytes[0] == 0x55, "what is behind it is left");
    expect(iomt_serial_decode(serial, &bytes, &len, &datagram, &datagram_len) == IOMT_STATUS_NOTHING && len == 0, "nothing more");
}

static void says_what_a_status_means(void) {
    for (int32_t status = IOMT_STATUS_OTHER; status <= IOMT_STATUS_NOTHING; status++) {
        expect(strcmp(iomt_status_text(status), "unknown status") != 0, "a text for each status");
    }
    expect(strcmp(iomt_status_text(IOMT_STATUS_NOTHING + 1), "unknown status") == 0, "none for another number");
    expect(strcmp(iomt_status_text(INT32_MIN), "unknown status") == 0, "nor for the lowest");
}

int main(void) {
    platform_init();
    refuses_a_wrong_configuration();
    refuses_wrong_calls();
    finds_beats();
    finds_datagrams_between_noise();
    says_what_a_status_means();
    platform_log("every call answered as it should");
    return 0;
}
