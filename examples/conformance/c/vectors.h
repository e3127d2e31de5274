/* Vectors of the protocol as C arrays; licence MIT OR Apache-2.0. Every vectors_AREA.h has one array of `struct iomt_vector`. */
#ifndef IOMT_VECTORS_H
#define IOMT_VECTORS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum iomt_kind { IOMT_TEXT, IOMT_NUMBER, IOMT_FLAG, IOMT_LIST, IOMT_OBJECT, IOMT_NULL };

/* A member of a request or of its right answer, such as "packet", "frames[0].packet" or "result.value". */
struct iomt_member {
    const char *path;
    enum iomt_kind kind;
    int64_t number;       /* of a number; 0 or 1 of a flag; how many a list or an object has */
    const char *text;     /* of a text, and the digits of a number; else null */
    const uint8_t *bytes; /* what a text says where it is hexadecimal; else null */
    size_t length;        /* of bytes */
};

struct iomt_vector {
    unsigned id;                                             /* tcId */
    const char *op, *comment, *result;                       /* result: valid, invalid or acceptable */
    const struct iomt_member *asked; size_t asked_count;     /* the request, without id and op */
    const struct iomt_member *right; size_t right_count;     /* "result.…", or "error" and its class */
    const char *flags, *requirements;                        /* with a blank between two of them */
    const char *judge;                                       /* null where one answer is right; else any_error, or_malformed, decodes */
};

static const uint8_t iomt_no_bytes[1] = { 0 };

/* The member of this path, or null. */
static inline const struct iomt_member *iomt_find(const struct iomt_member *members, size_t count, const char *path)
{
    size_t at;
    for (at = 0; at < count; at++)
        if (strcmp(members[at].path, path) == 0)
            return &members[at];
    return NULL;
}

static inline const struct iomt_member *iomt_asked(const struct iomt_vector *vector, const char *path)
{
    return iomt_find(vector->asked, vector->asked_count, path);
}

static inline const struct iomt_member *iomt_right(const struct iomt_vector *vector, const char *path)
{
    return iomt_find(vector->right, vector->right_count, path);
}

#endif
