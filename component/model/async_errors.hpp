// Names of the traps of asynchronous calls.
#pragma once

#include <wrt/foundation/error.hpp>

namespace wrt::component::async_errors {

inline constexpr Errc cannot_block = Errc::cannot_block_synchronous_task;
inline constexpr Errc deadlock = Errc::component_deadlock;
inline constexpr Errc unsupported_code = Errc::unsupported_callback_code;
inline constexpr Errc not_returned = Errc::task_without_result;
inline constexpr Errc returned_twice = Errc::task_returned_twice;
inline constexpr Errc not_cancelled = Errc::task_not_cancelled;
inline constexpr Errc in_set = Errc::waitable_in_set;
inline constexpr Errc busy = Errc::copy_under_way;
inline constexpr Errc stream_over = Errc::stream_is_over;
inline constexpr Errc future_over = Errc::future_is_over;
inline constexpr Errc future_unwritten = Errc::future_not_written;
inline constexpr Errc not_copying = Errc::no_copy_under_way;
inline constexpr Errc same_component = Errc::copy_within_component;
inline constexpr Errc subtask_unresolved = Errc::subtask_not_resolved;
inline constexpr Errc set_in_use = Errc::waitable_set_in_use;
inline constexpr Errc no_sync_waiter = Errc::waitable_waited_for;
inline constexpr Errc counter = Errc::backpressure_overflow;

}  // namespace wrt::component::async_errors
