/* Where the adapter from preview 1 to WASI 0.2 gets its memory. Without it the adapter grows the program's memory by a
   page of its own, which the distribution's malloc then takes for its heap. */
#include <stdlib.h>

__attribute__((export_name("cabi_realloc"))) void* cabi_realloc(void* old, size_t old_size, size_t align, size_t size)
{
    (void)old_size;
    (void)align;
    void* const place = realloc(old, size);
    if (place == NULL) abort();
    return place;
}
