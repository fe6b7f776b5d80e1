/* Floating-point arithmetic by its bits: rounding, conversions, minima, and a mathematical library on top of them. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint64_t bits64(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static uint32_t bits32(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

#define SHOW(expression) printf("%-24s %016llx\n", #expression, (unsigned long long)bits64(expression))
#define SHOWF(expression) printf("%-24s %08x\n", #expression, bits32(expression))

int main(void) {
    const volatile double ties[] = {0.5, 1.5, 2.5, -0.5, -1.5, 4503599627370495.5, -0.2, 0.49999999999999994};
    for (int i = 0; i < 8; ++i)
        printf("%.17g: floor %g ceil %g trunc %g rint %g round %g\n", ties[i], floor(ties[i]), ceil(ties[i]),
               trunc(ties[i]), rint(ties[i]), round(ties[i]));
    const volatile double x = 0.7, y = 1e-3, big = 1e17;
    const volatile float f = 0.1f, g = 16777216.0f;
    SHOW(x + y);
    SHOW(x - 0.3);
    SHOW(x * y);
    SHOW(x / y);
    SHOW(sqrt(x));
    SHOW(fabs(-x));
    SHOW(copysign(x, -0.0));
    SHOW(fmin(-0.0, y));
    SHOW(fmax(x, NAN));
    SHOW(fma(x, y, -7e-4));
    SHOW(sin(x));
    SHOW(cos(big));
    SHOW(exp(x));
    SHOW(log(y));
    SHOW(pow(x, 31.5));
    SHOW(atan2(y, -x));
    SHOW(cbrt(x));
    SHOW(fmod(big, x));
    SHOW(hypot(x, y));
    SHOW(tgamma(x));
    SHOW(nextafter(x, 1));
    SHOW(ldexp(x, -1074));
    SHOWF(f + f + f);
    SHOWF(g + 1.0f);
    SHOWF(f * g);
    SHOWF(sqrtf(f));
    SHOWF((float)big);
    SHOWF((float)x);
    SHOW((double)f);

    const volatile int64_t wide = INT64_C(9007199254740993), lowest = INT64_MIN;
    const volatile uint64_t highest = UINT64_MAX;
    const volatile uint32_t half = UINT32_MAX;
    SHOW((double)wide);
    SHOW((double)lowest);
    SHOW((double)highest);
    SHOWF((float)highest);
    SHOWF((float)wide);
    SHOWF((float)half);
    const volatile double inside = -2147483648.9, above = 4294967295.9, nearly = 9223372036854774784.0;
    printf("%d %u %lld %llu\n", (int32_t)inside, (uint32_t)above, (long long)nearly, (unsigned long long)(nearly * 2));
    double sum = 0, compensation = 0;
    for (int i = 1; i <= 10000; ++i) {
        const double term = 1.0 / i - compensation, next = sum + term;
        compensation = (next - sum) - term;
        sum = next;
    }
    SHOW(sum);
    int exponent;
    const double mantissa = frexp(big, &exponent);
    printf("frexp %.17g %d\n", mantissa, exponent);
    return 0;
}
