/* A QEMU plugin that counts the guest's instructions between two calls of its function `instructions_mark`, and prints
 * every second time: "divisions N", the calls of the compiler's 64-bit divisions, and "instructions N". Whole blocks are
 * added, which is exact where nothing interrupts them.
 *
 * Debian ships no qemu-plugin.h: what is used of it is declared here, as every version since 6 has it. API_VERSION is
 * what the emulator at hand accepts. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef uint64_t plugin_id;
struct qemu_info_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };
typedef void (*translated)(plugin_id, struct qemu_plugin_tb *);
typedef void (*executed)(unsigned cpu, void *data);
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, translated);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *, executed, enum qemu_plugin_cb_flags, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t);
const char *qemu_plugin_insn_symbol(const struct qemu_plugin_insn *);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *);

#define EXPORTED __attribute__((visibility("default")))
EXPORTED int qemu_plugin_version = API_VERSION;

/* Functions are told by their names, and where they begin: a block of one is met there first. */
struct function {
    const char *name;
    uint64_t entry;
};
static struct function marking = {"instructions_mark", 0};
static struct function divisions[] = { /* and not what they call */
    {"__aeabi_uldivmod", 0}, {"__aeabi_ldivmod", 0}, {"__udivdi3", 0}, {"__divdi3", 0}, {"__umoddi3", 0}, {"__moddi3", 0},
};

static uint64_t count, divided;
static int is_counting;

static void block(unsigned cpu, void *instructions) {
    (void)cpu;
    count += (uintptr_t)instructions;
}

static void mark(unsigned cpu, void *instructions) {
    if (is_counting) {
        printf("divisions %" PRIu64 "\ninstructions %" PRIu64 "\n", divided, count);
        fflush(stdout);
    }
    is_counting = !is_counting;
    count = divided = 0;
    block(cpu, instructions);
}

static void division(unsigned cpu, void *unused) {
    (void)cpu, (void)unused;
    divided++;
}

/* Of a function only its first block is the call: a page may end within it. */
static int is_call_of(struct function *function, const struct qemu_plugin_insn *first) {
    const char *symbol = qemu_plugin_insn_symbol(first);
    if (!symbol || strcmp(symbol, function->name) != 0) { return 0; }
    if (!function->entry) { function->entry = qemu_plugin_insn_vaddr(first); }
    return qemu_plugin_insn_vaddr(first) == function->entry;
}

static void translate(plugin_id id, struct qemu_plugin_tb *tb) {
    const struct qemu_plugin_insn *first = qemu_plugin_tb_get_insn(tb, 0);
    executed each = is_call_of(&marking, first) ? mark : block;
    (void)id;
    qemu_plugin_register_vcpu_tb_exec_cb(tb, each, QEMU_PLUGIN_CB_NO_REGS, (void *)qemu_plugin_tb_n_insns(tb));
    for (size_t i = 0; i < sizeof divisions / sizeof *divisions; i++) {
        if (is_call_of(&divisions[i], first)) {
            qemu_plugin_register_vcpu_tb_exec_cb(tb, division, QEMU_PLUGIN_CB_NO_REGS, NULL);
        }
    }
}

EXPORTED int qemu_plugin_install(plugin_id id, const struct qemu_info_t *info, int argc, char **argv) {
    (void)info, (void)argc, (void)argv;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
    return 0;
}
