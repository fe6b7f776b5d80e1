// What `wrtd serve --preload` composes the guest with: counts its calls, from 100 on, which its start sets.
static unsigned count;

__attribute__((export_name("_initialize"))) void initialize_(void) { count += 100; }

__attribute__((export_name("test:http/numbers#next"))) unsigned next_(void) { return ++count; }
