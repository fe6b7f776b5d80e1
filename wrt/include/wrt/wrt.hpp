// libwrt, the part that most embedders need: load a module, link it, call it.
//
//     Engine  the memory that everything lives in      Module    a loaded binary
//     Store   instances and what they use              Linker    what imports are resolved with
//     Instance, Func, TypedFunc, Memory, Global, Table, Tag: handles into a store
//     Exception  what a call ended with because nobody caught it
//
// Also: <wrt/wasi.hpp> WASI, <wrt/report.hpp> error reports, <wrt/deadline.hpp> time limits.
#pragma once

#include <wrt/engine.hpp>
#include <wrt/exception.hpp>
#include <wrt/foundation/error.hpp>
#include <wrt/foundation/result.hpp>
#include <wrt/linker.hpp>
#include <wrt/module.hpp>
#include <wrt/store.hpp>
#include <wrt/value.hpp>
