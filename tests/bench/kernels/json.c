/* A JSON parser by recursive descent: characters looked at one by one, small branches, nested calls. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "kernel.h"

static char document[16384];
static const char *at;
static uint32_t sum;

static char *put(char *out, const char *text) {
    while (*text)
        *out++ = *text++;
    return out;
}

static void write_document(void) {
    uint32_t state = 11;
    char *out = put(document, "{\"items\": [");
    for (int i = 0; i < 120; ++i) {
        char number[16];
        snprintf(number, sizeof number, "%u", next_number(&state) % 100000);
        out = put(out, i ? ",\n  {\"id\": " : "\n  {\"id\": ");
        out = put(out, number);
        out = put(out, ", \"name\": \"item \\\"");
        out = put(out, number);
        out = put(out, "\\\"\", \"price\": -12.75e1, \"tags\": [\"a\", \"bc\", \"d\\u0041f\"], \"on\": ");
        out = put(out, i % 3 ? "true" : "null");
        out = put(out, "}");
    }
    put(out, "], \"end\": false}");
}

static void skip_space(void) {
    while (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r')
        ++at;
}

static void take(char c) { sum = sum * 31 + (uint8_t)c; }

static int string(void) {
    for (++at; *at != '"'; ++at) {
        if (*at == 0) return 0;
        if (*at == '\\') {
            ++at;
            if (*at == 'u') {
                uint32_t code = 0;
                for (int i = 0; i < 4; ++i) {
                    const char c = *++at;
                    code = code * 16 + (uint32_t)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
                }
                take((char)code);
                continue;
            }
        }
        take(*at);
    }
    ++at;
    return 1;
}

static double number(void) {
    double value = 0, scale = 1;
    const int negative = *at == '-';
    at += negative;
    for (; *at >= '0' && *at <= '9'; ++at)
        value = value * 10 + (*at - '0');
    if (*at == '.')
        for (++at; *at >= '0' && *at <= '9'; ++at)
            value += (*at - '0') * (scale /= 10);
    if ((*at | 32) == 'e') {
        int exponent = 0;
        for (++at; *at >= '0' && *at <= '9'; ++at)
            exponent = exponent * 10 + (*at - '0');
        while (exponent-- > 0)
            value *= 10;
    }
    return negative ? -value : value;
}

static int word(const char *expected) {
    for (; *expected; ++expected)
        if (*at++ != *expected) return 0;
    return 1;
}

static int value(void);

static int list(char end, int named) {
    ++at;
    skip_space();
    if (*at == end) return ++at, 1;
    for (;;) {
        if (named) {
            if (*at != '"' || !string()) return 0;
            skip_space();
            if (*at++ != ':') return 0;
        }
        if (!value()) return 0;
        skip_space();
        if (*at == end) return ++at, 1;
        if (*at++ != ',') return 0;
        skip_space();
    }
}

static int value(void) {
    skip_space();
    switch (*at) {
    case '{': return list('}', 1);
    case '[': return list(']', 0);
    case '"': return string();
    case 't': return word("true");
    case 'f': return word("false");
    case 'n': return word("null");
    default: sum += (uint32_t)(int32_t)number(); return 1;
    }
}

int main(int argc, char **argv) {
    const unsigned iterations = iterations_of(argc, argv);
    write_document();
    for (unsigned round = 0; round < iterations; ++round) {
        at = document;
        sum += (uint32_t)value();
    }
    printf("json %u\n", sum);
    return 0;
}
