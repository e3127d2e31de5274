/* The SFLOAT vectors that decode, held against a decoder in C, without JSON:
 *
 *     cargo run --release --example conformance -- --c-arrays DIR && cc -IDIR examples/conformance/c/sfloat.c && ./a.out
 */
#include <stdio.h>

#include "vectors_sfloat.h"

/* Writes the value as the vectors do; 0 where it is the reserved code. */
static int decode(const uint8_t *bytes, size_t width, char out[32])
{
    const unsigned digits = width == 16 ? 12 : 24; /* bits of the mantissa; above it is the exponent */
    uint32_t code = 0, mantissa, special;
    int32_t exponent, value;
    size_t at;
    for (at = 0; at < width / 8; at++)
        code |= (uint32_t)bytes[at] << 8 * at;
    mantissa = code & ((1u << digits) - 1);
    exponent = (int32_t)(code >> digits);
    if (exponent >= 1 << (width - digits - 1))
        exponent -= 1 << (width - digits);
    special = mantissa - ((1u << (digits - 1)) - 2);
    if (special < 5) {
        static const char *const names[] = { "+inf", "nan", "nres", "", "-inf" };
        strcpy(out, names[special]);
        return special != 3;
    }
    value = (int32_t)mantissa - (mantissa >> (digits - 1) ? 1 << digits : 0);
    sprintf(out, "%lde%ld", (long)value, (long)exponent);
    return 1;
}

int main(void)
{
    const size_t count = sizeof iomt_vectors_sfloat / sizeof iomt_vectors_sfloat[0];
    size_t at, asked = 0, failed = 0;
    for (at = 0; at < count; at++) {
        const struct iomt_vector *vector = &iomt_vectors_sfloat[at];
        const struct iomt_member *bytes = iomt_asked(vector, "bytes"), *right = iomt_right(vector, "result.value");
        const int64_t width = iomt_asked(vector, "width")->number;
        char got[32];
        int is_value;
        if (bytes == NULL || bytes->length != (size_t)width / 8)
            continue;
        asked++;
        is_value = decode(bytes->bytes, (size_t)width, got);
        if (is_value != (right != NULL) || (is_value && strcmp(got, right->text) != 0)) {
            failed++;
            printf("tcId %u, %s: right is %s, got %s\n", vector->id, vector->comment, right ? right->text : "malformed", got);
        }
    }
    printf("%lu asked, %lu failed\n", (unsigned long)asked, (unsigned long)failed);
    return asked == 0 || failed > 0;
}
