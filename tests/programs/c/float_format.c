/* Floating-point numbers to text and back, through printf's every format and strtod. */
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    const double values[] = {0.0,     -0.0,    1.0,      -1.5,     0.1,      1.0 / 3,  2.5,     3.5,        1e21,
                             1e-7,    123456,  1234567,  9.9999995e5, 1e100,  DBL_MAX, DBL_MIN, 4.9406564584124654e-324,
                             DBL_EPSILON, INFINITY, -INFINITY, M_PI, 6.02214076e23};
    for (size_t i = 0; i < sizeof values / sizeof *values; ++i)
        printf("%g|%f|%e|%.17g|%a\n", values[i], values[i] > 1e30 ? 0 : values[i], values[i], values[i], values[i]);
    const volatile double zero = 0;
    printf("%s\n", isnan(zero / zero) ? "0/0 is not a number" : "0/0 is a number");
    printf("[%10.3f] [%-10.3f] [%+.0f] [%010.2f] [% g] [%#.0f] [%.0f] [%.0f]\n", M_E, M_E, 2.5, -3.14159, 1.0, 7.0, 0.5, 1.5);

    const char *texts[] = {"1", "0x1.8p1", "1e400", "-1e-400", "  12.5abc", "inf", "nan", ".5", "0.1", "2.2250738585072011e-308",
                           "179769313486231580793728971405301199e270", "9007199254740993", "x"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; ++i) {
        char *end;
        const double value = strtod(texts[i], &end);
        uint64_t bits;
        memcpy(&bits, &value, sizeof bits);
        if (isnan(value))
            printf("%s: not a number, %td used\n", texts[i], end - texts[i]);
        else
            printf("%s: %.17g %016llx, %td used\n", texts[i], value, (unsigned long long)bits, end - texts[i]);
    }
    unsigned wrong = 0;
    uint64_t state = 88172645463325252u;
    for (int i = 0; i < 300; ++i) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        double value, back;
        memcpy(&value, &state, sizeof value);
        if (isnan(value))
            continue;
        char text[64];
        snprintf(text, sizeof text, "%.17g", value);
        back = strtod(text, NULL);
        wrong += memcmp(&value, &back, sizeof value) != 0;
    }
    printf("%u numbers did not survive the way to text and back\n", wrong);
    return 0;
}
