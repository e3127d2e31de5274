/*
 * The machine is an MPS2 board with a Cortex-M4F (AN386), as qemu-system-arm has it: its first UART is the serial line,
 * and the debugger's semihosting gives files, random numbers and a way to end.
 */
#include <string.h>

#include "platform.h"

/* ---- Start */

extern uint32_t __stack_top, __stack_limit, __data_start, __data_end, __data_load, __bss_start, __bss_end;
int main(void);

#define PAINT 0x5AFEC0DEu
#define CPACR (*(volatile uint32_t *)0xE000ED88u)

static void reset(void) {
    CPACR |= 0xFu << 20; /* The floating-point unit, which the calling convention of this build may use. */
    __asm volatile("dsb\nisb");
    memcpy(&__data_start, &__data_load, (size_t)((char *)&__data_end - (char *)&__data_start));
    memset(&__bss_start, 0, (size_t)((char *)&__bss_end - (char *)&__bss_start));
    uint32_t *here = __builtin_frame_address(0);
    for (volatile uint32_t *word = &__stack_limit; word < here - 16; word++) {
        *word = PAINT;
    }
    platform_exit(main());
}

static void fault(void) {
    platform_log("fault");
    platform_exit(2);
}

static void tick(void);
static void received(void);

typedef void (*handler)(void);

/* The stack's top, reset, the faults, SysTick, and the UART's receiver as the first interrupt. */
__attribute__((section(".vectors"), used)) const struct {
    uint32_t *stack_top;
    handler system[15];
    handler lines[1];
} vectors = {
    &__stack_top,
    {reset, fault, fault, fault, fault, fault, 0, 0, 0, 0, fault, fault, 0, fault, tick},
    {received},
};

/* ---- Clock: a tick of a millisecond */

#define CORE_HZ 25000000u
#define SYSTICK_CONTROL (*(volatile uint32_t *)0xE000E010u)
#define SYSTICK_RELOAD (*(volatile uint32_t *)0xE000E014u)
#define SYSTICK_VALUE (*(volatile uint32_t *)0xE000E018u)

static volatile uint32_t ticks;

static void tick(void) { ticks++; }

/* 32 bits of milliseconds last 49 days, longer than this program. */
uint64_t platform_now_us(void) { return (uint64_t)ticks * 1000u; }

/* ---- Serial line: the CMSDK UART, which holds one byte; its interrupt fills a ring */

#define UART_DATA (*(volatile uint32_t *)0x40004000u)
#define UART_STATE (*(volatile uint32_t *)0x40004004u)
#define UART_CONTROL (*(volatile uint32_t *)0x40004008u)
#define UART_INTERRUPT (*(volatile uint32_t *)0x4000400Cu)
#define UART_DIVIDER (*(volatile uint32_t *)0x40004010u)
#define INTERRUPT_ENABLE (*(volatile uint32_t *)0xE000E100u)

#define SENDS_FULL 1u
#define RECEIVED_FULL 2u

static volatile uint8_t ring[2048];
static volatile uint32_t ring_head, ring_tail;

static void received(void) {
    UART_INTERRUPT = 2;
    while (UART_STATE & RECEIVED_FULL) {
        uint8_t byte = (uint8_t)UART_DATA;
        if (ring_head - ring_tail < sizeof ring) { /* Else it is lost, as on any line; its frame is sent again. */
            ring[ring_head % sizeof ring] = byte;
            ring_head++;
        }
    }
}

size_t platform_receive(uint8_t *out, size_t capacity) {
    if (ring_head == ring_tail) {
        __asm volatile("wfi"); /* Until the next byte or tick. */
    }
    size_t len = 0;
    while (len < capacity && ring_tail != ring_head) {
        out[len++] = ring[ring_tail % sizeof ring];
        ring_tail++;
    }
    return len;
}

void platform_send(const uint8_t *bytes, size_t len) {
    for (size_t i = 0; i < len; i++) {
        while (UART_STATE & SENDS_FULL) {
        }
        UART_DATA = bytes[i];
    }
}

void platform_init(void) {
    UART_DIVIDER = CORE_HZ / 115200;
    UART_CONTROL = 1 | 2 | 8; /* Sends, receives, interrupts when it has received. */
    INTERRUPT_ENABLE = 1;
    SYSTICK_RELOAD = CORE_HZ / 1000 - 1;
    SYSTICK_VALUE = 0;
    SYSTICK_CONTROL = 7;
}

/* ---- Semihosting */

enum { OPEN = 0x01, CLOSE = 0x02, WRITE0 = 0x04, WRITE = 0x05, READ = 0x06, RENAME = 0x0F, EXIT_EXTENDED = 0x20 };
enum { READ_BINARY = 1, WRITE_BINARY = 5 };

static int32_t host(uint32_t operation, const void *arguments) {
    register uint32_t r0 __asm("r0") = operation;
    register const void *r1 __asm("r1") = arguments;
    __asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return (int32_t)r0;
}

static int32_t open_file(const char *name, uint32_t mode) {
    const uint32_t arguments[] = {(uint32_t)name, mode, strlen(name)};
    return host(OPEN, arguments);
}

/* How many bytes were not moved, or below zero. */
static int32_t move(uint32_t operation, int32_t file, const uint8_t *bytes, size_t len) {
    const uint32_t arguments[] = {(uint32_t)file, (uint32_t)bytes, len};
    int32_t left = host(operation, arguments);
    const uint32_t closing[] = {(uint32_t)file};
    host(CLOSE, closing);
    return left;
}

/* A new file that takes the place of the old one at once, whenever the power goes. */
int32_t platform_write(const char *name, const uint8_t *bytes, size_t len) {
    int32_t file = open_file("new", WRITE_BINARY);
    if (file < 0 || move(WRITE, file, bytes, len) != 0) {
        return -1;
    }
    const uint32_t arguments[] = {(uint32_t)"new", 3, (uint32_t)name, strlen(name)};
    return host(RENAME, arguments) == 0 ? 0 : -1;
}

int32_t platform_read(const char *name, uint8_t *out, size_t capacity) {
    int32_t file = open_file(name, READ_BINARY);
    if (file < 0) {
        return -1;
    }
    int32_t left = move(READ, file, out, capacity);
    return left < 0 ? -1 : (int32_t)capacity - left;
}

int32_t platform_random(void *context, uint8_t *out, size_t len) {
    (void)context;
    return platform_read("/dev/urandom", out, len) == (int32_t)len ? 0 : -1;
}

void platform_log(const char *text) {
    host(WRITE0, "sensor: ");
    host(WRITE0, text);
    host(WRITE0, "\n");
}

static void log_stack(void) {
    const volatile uint32_t *word = &__stack_limit;
    while (*word == PAINT) {
        word++;
    }
    uint32_t used = (uint32_t)((const char *)&__stack_top - (const volatile char *)word);
    char text[] = "bytes of stack used: 000000";
    for (char *digit = text + sizeof text - 2; used > 0; used /= 10) {
        *digit-- = (char)('0' + used % 10);
    }
    platform_log(text);
}

void platform_exit(int status) {
    log_stack();
    const uint32_t arguments[] = {0x20026u, (uint32_t)status}; /* The application has ended. */
    for (;;) {
        host(EXIT_EXTENDED, arguments);
    }
}
