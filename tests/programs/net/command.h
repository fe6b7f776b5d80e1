// What makes a command of a program that the host calls back for memory.
#pragma once

#include <stdlib.h>

__attribute__((export_name("cabi_realloc"))) void* cabi_realloc(void* old, size_t old_size, size_t align, size_t size)
{
  (void)old_size;
  return old ? realloc(old, size) : aligned_alloc(align, (size + align - 1) / align * align);
}

// Linked with -nostartfiles: the linker wraps each export of a command in constructors and destructors unless a program
// calls them itself, and the latter would end stdio with every cabi_realloc.
void __wasm_call_ctors(void);
void __wasm_call_dtors(void);
int __main_void(void);
__attribute__((export_name("_start"))) void _start(void)
{
  __wasm_call_ctors();
  const int status = __main_void();
  __wasm_call_dtors();
  if (status != 0) exit(status);
}

// Ends the program where something is otherwise than it should be.
#define CHECK(condition) \
  do { \
    if (!(condition)) printf("line %d: %s\n", __LINE__, #condition), exit(1); \
  } while (0)
