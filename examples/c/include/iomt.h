/**
 * A device of iomt in C: pairs, seals readings, keeps each until the server has it stored, finds heart beats.
 *
 * No heap, no clock, no input or output: memory, time and random numbers are yours. After every input, poll storage,
 * datagrams and events until there is nothing. examples/c/sensor.c is a whole program.
 *
 * Every function returns an iomt_status, 0 or above where nothing failed. Pointers lead to what the parameter's name
 * says and may be null only where that is said; buffers of one call do not overlap. A pointer that is null or not
 * aligned is IOMT_STATUS_BAD_POINTER, of every function, and nothing is done; one that leads elsewhere, or to a device
 * that was ended, is not noticed. What else a function may return stands where it is declared.
 *
 * Stack: IOMT_STACK bytes on a Cortex-M4F, compiled for size; the check of sensor.c on an emulated one fails above.
 * Reserve as much, and what your own frames, interrupts and functions that are called back take.
 *
 * Time: no call does more than one multiplication of X25519, and the hashing around it: some 2 million instructions on
 * a Cortex-M4F, 13 million on a Cortex-M0. Storage and random numbers take what yours take.
 *
 * Threads: the library has no state of its own. Two devices may be used from two threads at once, where their random
 * functions bear it; one device, detector or decoder by one thread at a time, and not by an interrupt meanwhile.
 *
 * Made from the code of the library by cbindgen; change it there.
 */

#ifndef IOMT_H
#define IOMT_H

#include <stddef.h>
#include <stdint.h>

/* Where addresses have 32 bits, a device takes less memory. */
#if UINTPTR_MAX <= 0xFFFFFFFF
#define IOMT_32_BIT
#endif

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Yours to define: the library has found a mistake of its own, and this does not return. Reset, or wait for a watchdog.
 */
extern void iomt_panic(void);

#ifdef __cplusplus
}
#endif

/**
 * How much stack `sensor.c` takes at most on a Cortex-M4F, in bytes, with all of its calls; `.ci/c` measures it.
 */
#define IOMT_STACK 6144

/**
 * How much memory the detector takes, in bytes.
 */
#define IOMT_BEATS_SIZE 3072

/**
 * Heart rate.
 */
#define IOMT_METRIC_HEART_RATE 147842

/**
 * Interval between two R peaks.
 */
#define IOMT_METRIC_RR_INTERVAL 147240

/**
 * ECG, lead I.
 */
#define IOMT_METRIC_ECG_LEAD_I 131329

/**
 * ECG, lead II.
 */
#define IOMT_METRIC_ECG_LEAD_II 131330

/**
 * Pulse rate, by an oximeter.
 */
#define IOMT_METRIC_PULSE_RATE_OXIMETER 149530

/**
 * Oxygen saturation, by an oximeter.
 */
#define IOMT_METRIC_SPO2 150456

/**
 * Plethysmogram.
 */
#define IOMT_METRIC_PLETHYSMOGRAM 150452

/**
 * Systolic pressure.
 */
#define IOMT_METRIC_SYSTOLIC 150021

/**
 * Diastolic pressure.
 */
#define IOMT_METRIC_DIASTOLIC 150022

/**
 * Mean arterial pressure.
 */
#define IOMT_METRIC_MEAN_PRESSURE 150023

/**
 * Body temperature.
 */
#define IOMT_METRIC_BODY_TEMPERATURE 150364

/**
 * Respiration rate.
 */
#define IOMT_METRIC_RESPIRATION_RATE 151562

/**
 * Glucose of capillary blood.
 */
#define IOMT_METRIC_GLUCOSE_CAPILLARY 160184

/**
 * Glucose of interstitial fluid.
 */
#define IOMT_METRIC_GLUCOSE_INTERSTITIAL 160212

/**
 * Body weight.
 */
#define IOMT_METRIC_BODY_WEIGHT 188736

/**
 * Steps.
 */
#define IOMT_METRIC_STEPS 4294934531

/**
 * Battery charge.
 */
#define IOMT_METRIC_BATTERY_CHARGE 67996

/**
 * Room temperature.
 */
#define IOMT_METRIC_ROOM_TEMPERATURE 188508

/**
 * No unit.
 */
#define IOMT_UNIT_ONE 262656

/**
 * %.
 */
#define IOMT_UNIT_PERCENT 262688

/**
 * Beats a minute.
 */
#define IOMT_UNIT_BEATS_PER_MINUTE 264864

/**
 * Breaths a minute.
 */
#define IOMT_UNIT_BREATHS_PER_MINUTE 264928

/**
 * Steps.
 */
#define IOMT_UNIT_STEP 268800

/**
 * ms.
 */
#define IOMT_UNIT_MILLISECOND 264338

/**
 * mmHg.
 */
#define IOMT_UNIT_MMHG 266016

/**
 * °C.
 */
#define IOMT_UNIT_CELSIUS 268192

/**
 * mV.
 */
#define IOMT_UNIT_MILLIVOLT 266418

/**
 * µV.
 */
#define IOMT_UNIT_MICROVOLT 266419

/**
 * mg/dL.
 */
#define IOMT_UNIT_MILLIGRAM_PER_DECILITRE 264274

/**
 * mmol/L.
 */
#define IOMT_UNIT_MILLIMOLE_PER_LITRE 266866

/**
 * kg.
 */
#define IOMT_UNIT_KILOGRAM 263875

/**
 * Nothing is stored: a reboot loses the pairing's session, and what was not acknowledged.
 */
#define IOMT_KEEPING_NOTHING 0

/**
 * The session is stored, one image of at most `IOMT_MAX_IMAGE` bytes; a reboot loses frames, by name.
 */
#define IOMT_KEEPING_SESSION 1

/**
 * Session and sealed frames are stored: a reboot loses nothing.
 */
#define IOMT_KEEPING_SESSION_AND_FRAMES 2

/**
 * How long the private key of a device is.
 */
#define IOMT_IDENTITY_LEN 32

/**
 * The longest datagram that goes either way, in bytes.
 */
#define IOMT_MAX_DATAGRAM 1232

#if defined(IOMT_32_BIT)
/**
 * How much memory a device takes, in bytes, where addresses have 32 bits.
 */
#define IOMT_DEVICE_SIZE 10880
#endif

#if !defined(IOMT_32_BIT)
/**
 * How much memory a device takes, in bytes, where addresses have 64 bits.
 */
#define IOMT_DEVICE_SIZE 11264
#endif

#if defined(IOMT_32_BIT)
/**
 * The same in words of 8 bytes.
 */
#define IOMT_DEVICE_WORDS 1360
#endif

#if !defined(IOMT_32_BIT)
/**
 * The same in words of 8 bytes.
 */
#define IOMT_DEVICE_WORDS 1408
#endif

/**
 * How the memories of device, detector and decoder are aligned, in bytes; their types see to it.
 */
#define IOMT_ALIGN 8

/**
 * How long a public key is.
 */
#define IOMT_PUBLIC_KEY_LEN 32

/**
 * Readings, delivered in any order.
 */
#define IOMT_SPACE_DATA 0

/**
 * What must overtake any backlog.
 */
#define IOMT_SPACE_ALARM 1

/**
 * `mantissa` × 10^`exponent`.
 */
#define IOMT_VALUE_NUMBER 0

/**
 * The measurement failed.
 */
#define IOMT_VALUE_NOT_A_NUMBER 1

/**
 * The result can not be told at this resolution.
 */
#define IOMT_VALUE_NOT_AT_THIS_RESOLUTION 2

/**
 * Above all that can be told.
 */
#define IOMT_VALUE_POSITIVE_INFINITY 3

/**
 * Below all that can be told.
 */
#define IOMT_VALUE_NEGATIVE_INFINITY 4

/**
 * Below what the sensor measures, which begins at `mantissa` × 10^`exponent`.
 */
#define IOMT_VALUE_BELOW_RANGE 5

/**
 * Above what the sensor measures, which ends at `mantissa` × 10^`exponent`.
 */
#define IOMT_VALUE_ABOVE_RANGE 6

/**
 * How many observations go into one call.
 */
#define IOMT_MAX_OBSERVATIONS 8

/**
 * How many samples go into one call.
 */
#define IOMT_MAX_SAMPLES 1024

/**
 * How long a boot's name is.
 */
#define IOMT_RUN_LEN 8

/**
 * The longest serial frame, in bytes.
 */
#define IOMT_MAX_SERIAL_FRAME 1243

/**
 * How much memory a decoder takes, in bytes.
 */
#define IOMT_SERIAL_SIZE 1408

/**
 * The longest image of a session, in bytes.
 */
#define IOMT_MAX_IMAGE 1024

/**
 * What a call came to: 0 or above is no failure. After a failure the object is as it was, but for what it counts, unless
 * the function says otherwise.
 */
enum iomt_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * It is done; what was asked for is in the outputs.
     */
    IOMT_STATUS_OK = 0,
    /**
     * There is nothing now: no datagram, event, request or beat.
     */
    IOMT_STATUS_NOTHING = 1,
    /**
     * A pointer is null, or not aligned.
     */
    IOMT_STATUS_BAD_POINTER = -1,
    /**
     * A number or text is outside its range.
     */
    IOMT_STATUS_BAD_ARGUMENT = -2,
    /**
     * A buffer is too small, or the values do not fit one frame.
     */
    IOMT_STATUS_NO_ROOM = -3,
    /**
     * The bytes are not of this protocol.
     */
    IOMT_STATUS_MALFORMED = -4,
    /**
     * Forged, damaged, or made under other keys.
     */
    IOMT_STATUS_NOT_AUTHENTIC = -5,
    /**
     * A packet that is repeated, or does not belong here now.
     */
    IOMT_STATUS_UNEXPECTED = -6,
    /**
     * The random number generator failed, or repeats itself.
     */
    IOMT_STATUS_RANDOM = -7,
    /**
     * There is no session, or it is not stored yet.
     */
    IOMT_STATUS_NOT_PAIRED = -8,
    /**
     * The device is not armed, so that it answers no pairing.
     */
    IOMT_STATUS_NOT_ARMED = -9,
    /**
     * The sender of a handshake does not know the label or the key.
     */
    IOMT_STATUS_WRONG_SECRET = -10,
    /**
     * The outbox is full; nothing was taken.
     */
    IOMT_STATUS_OUTBOX_FULL = -11,
    /**
     * Nothing was asked of storage.
     */
    IOMT_STATUS_NOT_AWAITED = -12,
    /**
     * There is a session already.
     */
    IOMT_STATUS_SESSION_UNDER_WAY = -13,
    /**
     * The image is damaged, or another device's.
     */
    IOMT_STATUS_BAD_IMAGE = -14,
    /**
     * Another failure of a handshake.
     */
    IOMT_STATUS_HANDSHAKE = -15,
    /**
     * A failure that this version of the binding has no number for.
     */
    IOMT_STATUS_OTHER = -16,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum iomt_status iomt_status;
#else
typedef int32_t iomt_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What happened to a device.
 */
enum iomt_event_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * One that this version of the binding has no number for.
     */
    IOMT_EVENT_KIND_OTHER = 0,
    /**
     * A server has paired and proved it; the label is used up. `key` is the server's.
     */
    IOMT_EVENT_KIND_PAIRED = 1,
    /**
     * Readings can be sent.
     */
    IOMT_EVENT_KIND_READY = 2,
    /**
     * A new session has taken the place of the one before, and inherits its frames.
     */
    IOMT_EVENT_KIND_RECONNECTED = 3,
    /**
     * The same, by the keys alone: one side has lost its state.
     */
    IOMT_EVENT_KIND_RECONNECTED_BY_KEYS = 4,
    /**
     * A new owner has paired: `frames` for the one before were wiped.
     */
    IOMT_EVENT_KIND_WIPED = 5,
    /**
     * So many `frames` will never arrive; the server will be told. `reason` is the number on the wire.
     */
    IOMT_EVENT_KIND_LOST = 6,
    /**
     * Nothing was heard of the server for three due intervals.
     */
    IOMT_EVENT_KIND_SILENT = 7,
    /**
     * A server that was silent has proved that it is there.
     */
    IOMT_EVENT_KIND_HEARD = 8,
    /**
     * What had to be stored was not; it is tried again.
     */
    IOMT_EVENT_KIND_STORAGE_FAILED = 9,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum iomt_event_kind iomt_event_kind;
#else
typedef int32_t iomt_event_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What is wanted of storage.
 */
enum iomt_store_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Replace the image by these bytes, which are secret; nothing may be left of the one before.
     */
    IOMT_STORE_KIND_IMAGE = 0,
    /**
     * Forget image and frames.
     */
    IOMT_STORE_KIND_ERASE = 1,
    /**
     * Store a sealed frame under its address.
     */
    IOMT_STORE_KIND_FRAME = 2,
    /**
     * Find the frame at this address, or the next above it of the same peer, epoch and space.
     */
    IOMT_STORE_KIND_LOAD = 3,
    /**
     * The frames of the same peer, epoch and space below this address's counter may go.
     */
    IOMT_STORE_KIND_FREE = 4,
    /**
     * Name every stored frame of the peer by `iomt_device_handle_found`.
     */
    IOMT_STORE_KIND_SCAN = 5,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum iomt_store_kind iomt_store_kind;
#else
typedef int32_t iomt_store_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Finds R peaks in one ECG channel, and the heart rate. No medical device.
 */
typedef struct iomt_beats iomt_beats;

/**
 * A device that pairs, takes readings and keeps each until the server has it stored.
 *
 * One context of execution at a time may call it: no interrupt may while another call is under way. After every
 * input, poll storage, datagrams and events until there is nothing. Times are microseconds since the boot, and never
 * go back.
 */
typedef struct iomt_device iomt_device;

/**
 * Finds datagrams in the bytes of a serial line, whatever noise is between them.
 */
typedef struct iomt_serial iomt_serial;

/**
 * Room for a detector: a static variable of yours, whatever it holds.
 */
typedef struct {
    /**
     * Not yours while the detector lasts.
     */
    uint64_t words[384];
} iomt_beats_memory;

/**
 * An R peak: the tip of a QRS complex.
 */
typedef struct {
    /**
     * The sample that it stands on, counted from 0 at the first one, lost ones included.
     */
    uint64_t index;
    /**
     * Its height above the signal around it in µV; negative when it points down.
     */
    int32_t amplitude_uv;
    /**
     * 1 where noise may have made it, else 0.
     */
    uint8_t is_doubtful;
} iomt_beat;

/**
 * Room for a device: a static variable of yours, whatever it holds.
 */
typedef struct {
    /**
     * Not yours while the device lasts.
     */
    uint64_t words[IOMT_DEVICE_WORDS];
} iomt_device_memory;

/**
 * Fills `len` bytes at `out` with random bytes, all of them; returns 0, or anything else when it can not.
 *
 * It must not call into the device that it is called from.
 */
typedef int32_t (*iomt_random_function)(void *context, uint8_t *out, size_t len);

/**
 * What a device is made with. Set all of it to zero first, then what is wanted.
 */
typedef struct {
    /**
     * The private key: `IOMT_IDENTITY_LEN` random bytes, drawn once at the factory and kept secret. Read by
     * `iomt_device_init` alone.
     */
    const uint8_t *identity;
    /**
     * The source of random numbers; it may not start over at each boot.
     */
    iomt_random_function random;
    /**
     * What `random` is called with.
     */
    void *context;
    /**
     * The maker's name. This and the other texts are UTF-8, of at most 64 bytes, end with a zero, and have to stay
     * where they are for as long as the device lasts; null is the empty text.
     */
    const char *manufacturer;
    /**
     * The maker's name of the model.
     */
    const char *model;
    /**
     * The serial number.
     */
    const char *serial;
    /**
     * The version of the firmware.
     */
    const char *firmware;
    /**
     * UDI device identifier: which product it is.
     */
    const char *udi_device;
    /**
     * UDI production identifier: lot, serial, dates.
     */
    const char *udi_production;
    /**
     * Within what time the next frame comes, at the latest, in milliseconds; 0 stands for 60,000.
     */
    uint32_t due_ms;
    /**
     * One of `IOMT_KEEPING_NOTHING`, `IOMT_KEEPING_SESSION`, `IOMT_KEEPING_SESSION_AND_FRAMES`.
     */
    uint8_t keeping;
    /**
     * 1 where the connection reaches the server and nobody else, which saves 8 bytes a frame; else 0.
     */
    uint8_t is_direct;
} iomt_config;

/**
 * What a device has done so far.
 */
typedef struct {
    /**
     * Frames of readings that are neither acknowledged nor named as lost.
     */
    uint64_t frames_waiting;
    /**
     * Frames of readings that were sealed.
     */
    uint64_t frames_sealed;
    /**
     * Frames that were handed out to be sent, repetitions included.
     */
    uint64_t frames_sent;
    /**
     * Frames that the server has stored.
     */
    uint64_t frames_acknowledged;
    /**
     * Frames that are named as lost.
     */
    uint64_t frames_lost;
    /**
     * Packets that were refused.
     */
    uint64_t packets_refused;
    /**
     * 1 where readings can be sent, else 0.
     */
    uint8_t is_ready;
    /**
     * 1 where the server has everything stored, and knows of every loss, else 0.
     */
    uint8_t is_settled;
} iomt_state;

/**
 * What happened to a device, and to what.
 */
typedef struct {
    /**
     * What.
     */
    iomt_event_kind kind;
    /**
     * How many frames, where the kind says so; else 0.
     */
    uint32_t frames;
    /**
     * Why they are lost, where the kind says so; else 0.
     */
    uint8_t reason;
    /**
     * The server's public key, where the kind says so; else zeros.
     */
    uint8_t key[IOMT_PUBLIC_KEY_LEN];
} iomt_event;

/**
 * One value of one metric at one time.
 */
typedef struct {
    /**
     * When it was measured; carried to the millisecond.
     */
    uint64_t time_us;
    /**
     * What is measured: a code of ISO/IEEE 11073-10101, partition × 65,536 + term.
     */
    uint32_t metric;
    /**
     * The unit, a code of the same standard.
     */
    uint32_t unit;
    /**
     * The digits of the value.
     */
    int32_t mantissa;
    /**
     * The power of ten that the digits are multiplied by.
     */
    int8_t exponent;
    /**
     * One of `IOMT_VALUE_…`; 0 is a number.
     */
    uint8_t kind;
    /**
     * The measurement status bits of ISO/IEEE 11073-20601, bit 0 the highest; 0 is valid.
     */
    uint16_t status;
} iomt_observation;

/**
 * The name of a record, the same towards everybody and forever.
 */
typedef struct {
    /**
     * The number of the record within its boot; those behind it in one call follow.
     */
    uint64_t sequence;
    /**
     * The boot.
     */
    uint8_t run[IOMT_RUN_LEN];
} iomt_record_id;

/**
 * Samples of a signal, without a gap. A sample of `count` stands for (`count` − `zero`) × `scale` of the unit.
 */
typedef struct {
    /**
     * When the first sample was taken.
     */
    uint64_t start_us;
    /**
     * The number of the first sample within its signal and boot.
     */
    uint64_t first_index;
    /**
     * The samples, each of at most 24 bits with its sign.
     */
    const int32_t *samples;
    /**
     * How many there are, at most `IOMT_MAX_SAMPLES`.
     */
    size_t count;
    /**
     * What is sampled, as in an observation.
     */
    uint32_t metric;
    /**
     * The unit of the scale.
     */
    uint32_t unit;
    /**
     * Samples in 1,000 seconds.
     */
    uint32_t rate_millihertz;
    /**
     * The digits of the scale.
     */
    int32_t scale_mantissa;
    /**
     * The sample that stands for zero.
     */
    int32_t zero;
    /**
     * The power of ten that the digits of the scale are multiplied by.
     */
    int8_t scale_exponent;
} iomt_waveform;

/**
 * Room for a decoder: a static variable of yours, whatever it holds.
 */
typedef struct {
    /**
     * Not yours while the decoder lasts.
     */
    uint64_t words[176];
} iomt_serial_memory;

/**
 * Which stored frame.
 */
typedef struct {
    /**
     * Which frame of its space.
     */
    uint32_t counter;
    /**
     * Of whom: 0, as the device has one server.
     */
    uint8_t peer;
    /**
     * `IOMT_SPACE_DATA` or `IOMT_SPACE_ALARM`.
     */
    uint8_t space;
    /**
     * The first bytes of the epoch's tag.
     */
    uint8_t epoch[8];
} iomt_store_address;

/**
 * What is to be done on storage.
 */
typedef struct {
    /**
     * What to do.
     */
    iomt_store_kind kind;
    /**
     * Of whom, or which frame.
     */
    iomt_store_address address;
    /**
     * The bytes to store, in the buffer that was given; null where there are none.
     */
    const uint8_t *bytes;
    /**
     * How many.
     */
    size_t len;
} iomt_store_order;

/**
 * Storage for the session alone, by two functions; each returns 0 when it is done, anything else when it is not.
 *
 * They must not call into the device.
 */
typedef struct {
    /**
     * Replaces the image, reads it back, and leaves nothing of the one before.
     */
    int32_t (*write)(void *context, const uint8_t *image, size_t len);
    /**
     * Wipes the image.
     */
    int32_t (*erase)(void *context);
    /**
     * What both are called with.
     */
    void *context;
} iomt_image_store;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Makes a detector in `memory` for 100 to 1,000 samples a second and so many units of a sample per mV.
 *
 * There is nothing to end: it holds no secret, and its memory can be used anew at any time.
 *
 * `IOMT_STATUS_BAD_ARGUMENT`: another rate, or units that do not fit.
 */
iomt_status iomt_beats_init(iomt_beats_memory *memory,
                            uint32_t rate_millihertz,
                            uint32_t units_per_mv,
                            iomt_beats **beats);

/**
 * Takes the next sample in; `IOMT_STATUS_OK` with an R peak that has become certain, or `IOMT_STATUS_NOTHING`.
 *
 * A beat comes 0.35 to 0.6 s after its peak, at most 2.5 s: for the first two seconds, and for those found late.
 */
iomt_status iomt_beats_push(iomt_beats *beats,
                            int32_t sample,
                            iomt_beat *beat);

/**
 * Says that so many samples are missing before the next one.
 */
iomt_status iomt_beats_gap(iomt_beats *beats, uint64_t samples_lost);

/**
 * At the end of a recording, gives the R peaks still under way: one a call, then `IOMT_STATUS_NOTHING`.
 */
iomt_status iomt_beats_flush(iomt_beats *beats, iomt_beat *beat);

/**
 * The heart rate at the newest sample: the median of eight intervals, 20 to 300 a minute. `IOMT_STATUS_NOTHING` before
 * three beats, and where none came for four seconds.
 */
iomt_status iomt_beats_heart_rate(iomt_beats *beats,
                                  uint16_t *bpm);

/**
 * Makes a device in `memory` that has never paired, and puts its handle into `device`.
 *
 * Made where it stays, not on the stack; costs one multiplication of X25519.
 *
 * `IOMT_STATUS_BAD_ARGUMENT`: a text is too long or not UTF-8, the key is no key, or a number of the configuration is
 * none of those it can be.
 */
iomt_status iomt_device_init(iomt_device_memory *memory,
                             const iomt_config *config,
                             iomt_device **device);

/**
 * Ends a device and wipes its keys. Its memory is yours again, and its handle leads nowhere.
 */
iomt_status iomt_device_deinit(iomt_device *device);

/**
 * Goes on after a reboot from the image that storage holds; before anything else is asked of the device.
 *
 * `IOMT_STATUS_BAD_IMAGE` where it is damaged or another device's: the device is as new then, and can be paired.
 *
 * `IOMT_STATUS_RANDOM` where the generator fails or repeats the last boot; `IOMT_STATUS_SESSION_UNDER_WAY` where it was
 * paired already.
 */
iomt_status iomt_device_resume(iomt_device *device,
                               uint64_t now_us,
                               const uint8_t *image,
                               size_t len);

/**
 * Lets whoever knows the label pair, until one has or `iomt_device_disarm` is called: a button was pressed.
 *
 * The secret has at least 16 random bytes; what a person makes up is none.
 *
 * `IOMT_STATUS_BAD_ARGUMENT`: the secret is shorter.
 */
iomt_status iomt_device_arm(iomt_device *device, const uint8_t *label_secret, size_t len);

/**
 * Ends the pairing mode.
 */
iomt_status iomt_device_disarm(iomt_device *device);

/**
 * Takes a datagram that came from the server. A forged one is refused and counted, and changes nothing.
 *
 * What is wrong with it, of which there is nothing to be done: `IOMT_STATUS_MALFORMED`, `IOMT_STATUS_NOT_AUTHENTIC`,
 * `IOMT_STATUS_UNEXPECTED`, `IOMT_STATUS_NOT_PAIRED`, `IOMT_STATUS_NOT_ARMED`, `IOMT_STATUS_WRONG_SECRET`,
 * `IOMT_STATUS_HANDSHAKE` or `IOMT_STATUS_OTHER`. `IOMT_STATUS_RANDOM` is not the sender's fault: the generator has failed.
 */
iomt_status iomt_device_handle_datagram(iomt_device *device,
                                        uint64_t now_us,
                                        const uint8_t *datagram,
                                        size_t len);

/**
 * Does what is due: one multiplication of a handshake at most. Call it whenever `iomt_device_poll_timeout` says so.
 * What fails is tried again later, and when, `iomt_device_poll_timeout` says.
 *
 * `IOMT_STATUS_RANDOM`, or what a handshake came to: `IOMT_STATUS_MALFORMED`, `IOMT_STATUS_WRONG_SECRET`,
 * `IOMT_STATUS_NOT_AUTHENTIC`, `IOMT_STATUS_HANDSHAKE` or `IOMT_STATUS_OTHER`.
 */
iomt_status iomt_device_handle_timeout(iomt_device *device,
                                       uint64_t now_us);

/**
 * The connection has ended: from now on frames say again to whom they belong.
 */
iomt_status iomt_device_handle_disconnected(iomt_device *device);

/**
 * The next datagram to send, or `IOMT_STATUS_NOTHING`.
 *
 * `out` has room for `IOMT_MAX_DATAGRAM` bytes; `len` is how many of them are the datagram.
 *
 * `IOMT_STATUS_NO_ROOM` for a smaller buffer.
 */
iomt_status iomt_device_poll_transmit(iomt_device *device,
                                      uint64_t now_us,
                                      uint8_t *out,
                                      size_t capacity,
                                      size_t *len);

/**
 * When the device has something to do next; what is past: at once. `IOMT_STATUS_NOTHING` before it has paired.
 */
iomt_status iomt_device_poll_timeout(iomt_device *device,
                                     uint64_t *due_us);

/**
 * How the device stands.
 */
iomt_status iomt_device_state(iomt_device *device, iomt_state *state);

/**
 * The next thing that happened, or `IOMT_STATUS_NOTHING`. The oldest of more than eight gives way.
 */
iomt_status iomt_device_poll_event(iomt_device *device, iomt_event *event);

/**
 * Seals up to `IOMT_MAX_OBSERVATIONS` into one frame and keeps it until the server has it stored.
 *
 * `space` is `IOMT_SPACE_DATA` or `IOMT_SPACE_ALARM`; `first` gets the name of the first, or is null. After a failure
 * none of them is taken.
 *
 * `IOMT_STATUS_NOT_PAIRED`; `IOMT_STATUS_OUTBOX_FULL`: try again when frames were acknowledged; `IOMT_STATUS_NO_ROOM`:
 * too many for one call or one frame; `IOMT_STATUS_BAD_ARGUMENT`: none at all, or a number that is none of those it can
 * be.
 */
iomt_status iomt_device_send_observations(iomt_device *device,
                                          uint64_t now_us,
                                          uint8_t space,
                                          const iomt_observation *observations,
                                          size_t count,
                                          iomt_record_id *first);

/**
 * Compresses samples, seals them into one frame and keeps it until the server has it stored.
 *
 * `IOMT_STATUS_NOT_PAIRED`; `IOMT_STATUS_OUTBOX_FULL`: try again when frames were acknowledged; `IOMT_STATUS_NO_ROOM`:
 * they do not fit a frame, so give fewer, such as one second; `IOMT_STATUS_BAD_ARGUMENT`: a sample of more than 24 bits,
 * no rate, or another `space`.
 */
iomt_status iomt_device_send_waveform(iomt_device *device,
                                      uint64_t now_us,
                                      uint8_t space,
                                      const iomt_waveform *waveform,
                                      iomt_record_id *first);

/**
 * Makes a decoder in `memory`. There is nothing to end.
 */
iomt_status iomt_serial_init(iomt_serial_memory *memory, iomt_serial **serial);

/**
 * Takes bytes that came off the front of `bytes`, up to the end of the next datagram: `IOMT_STATUS_OK`, and `bytes` and
 * `len` are what is left. `IOMT_STATUS_NOTHING` says that all was taken.
 *
 * `datagram` leads into the decoder, until it is used again.
 */
iomt_status iomt_serial_decode(iomt_serial *serial,
                               const uint8_t **bytes,
                               size_t *len,
                               const uint8_t **datagram,
                               size_t *datagram_len);

/**
 * Writes a datagram as one frame of a serial line: COBS with a CRC-32, between zeros.
 *
 * `out` has room for `IOMT_MAX_SERIAL_FRAME` bytes; `out_len` is how many of them are the frame.
 *
 * `IOMT_STATUS_BAD_ARGUMENT`: the datagram is empty or longer than `IOMT_MAX_DATAGRAM`; `IOMT_STATUS_NO_ROOM` for a
 * smaller buffer.
 */
iomt_status iomt_serial_encode(const uint8_t *datagram,
                               size_t len,
                               uint8_t *out,
                               size_t capacity,
                               size_t *out_len);

/**
 * Says in English what a status means; never null, never to be freed.
 *
 * Any number may be given: one that this version does not know is "unknown status".
 */
const char *iomt_status_text(int32_t status);

/**
 * What is to be done on storage next, or `IOMT_STATUS_NOTHING`; there is one order at a time.
 *
 * `out` has room for `IOMT_MAX_DATAGRAM` bytes, and is left alone until the answer is given.
 *
 * `IOMT_STATUS_NO_ROOM` for a smaller buffer.
 */
iomt_status iomt_device_poll_store(iomt_device *device,
                                   uint64_t now_us,
                                   uint8_t *out,
                                   size_t capacity,
                                   iomt_store_order *order);

/**
 * The order is done, and outlives a power cut (`IOMT_STATUS_OK`); a search has found nothing (`IOMT_STATUS_NOTHING`); or
 * it has failed, by whatever other status, and will come again.
 *
 * `IOMT_STATUS_NOT_AWAITED`: there is no order.
 */
iomt_status iomt_device_handle_stored(iomt_device *device,
                                      uint64_t now_us,
                                      int32_t outcome);

/**
 * The frame that was looked for.
 *
 * `IOMT_STATUS_NOT_AWAITED`: there is no order.
 */
iomt_status iomt_device_handle_loaded(iomt_device *device,
                                      uint64_t now_us,
                                      const iomt_store_address *address,
                                      const uint8_t *frame,
                                      size_t len);

/**
 * A frame that a scan has found; before the scan is answered.
 */
iomt_status iomt_device_handle_found(iomt_device *device, const iomt_store_address *address);

/**
 * Does on `store` whatever the device asks for: for those that keep the session alone. Where frames are to be kept,
 * each is refused, and named as lost.
 *
 * A function that fails is no failure here: it is called again later.
 */
iomt_status iomt_device_store_on(iomt_device *device,
                                 uint64_t now_us,
                                 const iomt_image_store *store);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* IOMT_H */

#ifndef IOMT_H_CHECKED
#define IOMT_H_CHECKED

/* The memories are as large and as aligned as the library was built for. */
typedef char iomt_device_memory_fits[sizeof(iomt_device_memory) == IOMT_DEVICE_SIZE ? 1 : -1];
typedef char iomt_beats_memory_fits[sizeof(iomt_beats_memory) == IOMT_BEATS_SIZE ? 1 : -1];
typedef char iomt_serial_memory_fits[sizeof(iomt_serial_memory) == IOMT_SERIAL_SIZE ? 1 : -1];
struct iomt_alignment { char first; iomt_device_memory memory; };
typedef char iomt_memory_is_aligned[offsetof(struct iomt_alignment, memory) == IOMT_ALIGN ? 1 : -1];

#endif
