/* Clocks move forward, sleeping takes at least as long as asked, and calendar arithmetic does not depend on either. */
#include <stdint.h>
#include <stdio.h>
#include <time.h>

static int64_t now(clockid_t clock) {
    struct timespec time;
    return clock_gettime(clock, &time) == 0 ? (int64_t)time.tv_sec * 1000000000 + time.tv_nsec : -1;
}

static void check(const char *what, int holds) { printf("%s: %s\n", what, holds ? "yes" : "no"); }

int main(void) {
    int64_t last = now(CLOCK_MONOTONIC);
    int backwards = 0;
    for (int i = 0; i < 1000; ++i) {
        const int64_t next = now(CLOCK_MONOTONIC);
        backwards += next < last;
        last = next;
    }
    check("the monotonic clock never goes back", backwards == 0);

    const struct timespec wait = {0, 20000000};
    const int64_t start = now(CLOCK_MONOTONIC);
    check("sleeping succeeds", nanosleep(&wait, NULL) == 0);
    const int64_t slept = now(CLOCK_MONOTONIC) - start;
    check("it takes at least as long as asked", slept >= 20000000);
    check("and less than ten seconds", slept < INT64_C(10000000000));

    check("the calendar is past 2020", now(CLOCK_REALTIME) / 1000000000 > 1577836800);
    struct timespec resolution;
    check("the clock has a resolution", clock_getres(CLOCK_MONOTONIC, &resolution) == 0 &&
                                            (resolution.tv_sec > 0 || resolution.tv_nsec > 0));

    const time_t leap = 1709210096;
    char text[64];
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %a, day %j", gmtime(&leap));
    puts(text);
    struct tm date = {.tm_year = 100, .tm_mon = 12, .tm_mday = 32};
    const time_t normal = mktime(&date);
    strftime(text, sizeof text, "%d %b %Y", gmtime(&normal));
    puts(text);
    return 0;
}
