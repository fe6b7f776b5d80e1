// Asynchronous calls: tasks, subtasks, waitables, streams and futures, and the loop that runs tasks
// that wait.
//
// A task that waits between two calls of its callback is an entry of a list and holds no stack. A
// task that waits in the middle of core code keeps its Thread, a native and a core stack of its
// own, and gives back control to whoever called it or to the loop. Where all threads of the world
// are taken, or one has none, tasks run on the stack of their caller: a task that waits stays there
// while the loop runs others, and where it would have to give the stack back that is refused
// (Errc::component_async_unsupported).
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#concurrency
#pragma once

#include <array>
#include <cstdint>

#include <wrt/foundation/fiber.hpp>
#include <wrt/runtime/activation.hpp>

#include "model/transfer.hpp"

namespace wrt::component {

enum class EventCode : uint32_t {
    none,
    subtask,
    stream_read,
    stream_write,
    future_read,
    future_write,
    task_cancelled,
};

struct Task;
struct Thread;

struct Event {
    EventCode code = EventCode::none;
    uint32_t first = 0;
    uint32_t second = 0;
};

/// The answer of a built-in that goes on without its caller.
inline constexpr uint32_t blocked_result = 0xffffffff;

/// What a waitable set holds: the common part of subtasks and ends of streams and futures.
struct Waitable {
    enum class Kind : uint8_t { subtask, end };

    Kind kind = Kind::subtask;
    bool has_event = false;
    bool has_sync_waiter = false;
    uint32_t index = 0;  ///< Of its handle.
    WaitableSet* set = nullptr;
    Waitable* next = nullptr;  ///< In the set.
};

struct WaitableSet {
    Waitable* first = nullptr;
    uint32_t waiting = 0;  ///< Tasks that wait for it.
    WaitableSet* next_free = nullptr;

    void add(Waitable& waitable);
    void remove(Waitable& waitable);
    /// A member with an event, or null.
    Waitable* ready() const;
};

/// A call by an asynchronous lower, as its caller sees it.
struct Subtask : Waitable {
    enum class State : uint8_t {
        starting,
        started,
        returned,
        cancelled_before_started,
        cancelled_before_returned,
    };

    State state = State::starting;
    bool delivered = false;  ///< The caller knows that it is over.
    bool cancel_requested = false;
    bool has_handle = false;
    Lends lends;
    Task* task = nullptr;
    Instance* caller = nullptr;  ///< Null: of a free entry.
    Subtask* next_free = nullptr;

    bool resolved() const { return state >= State::returned; }
};

/// An activation of a component function.
struct Task {
    enum class State : uint8_t { initial, started, pending_cancel, cancel_delivered, resolved };
    enum class Waits : uint8_t { no, to_enter, for_turn, for_event, in_core };

    Instance* instance = nullptr;  ///< Null: of a free entry.
    uint32_t borrows = 0;          ///< Borrowed handles that the callee has not dropped.
    State state = State::initial;
    Waits waits = Waits::no;
    bool is_async = false;      ///< Of an asynchronous function type.
    bool called_async = false;  ///< By an asynchronous lower: its caller goes on when it waits.
    bool resumed = false;       ///< By the loop: nobody on the native stack waits for it to go on.
    bool done = false;          ///< Nothing of it runs any more.
    bool orphaned = false;      ///< Its caller was closed: nobody takes its result.
    const Func* func = nullptr;
    Instance* caller = nullptr;  ///< Null: the host.
    Task* parent = nullptr;      ///< Whose core code the call came from.
    Subtask* subtask = nullptr;
    WaitableSet* set = nullptr;
    Side side;  ///< Of the caller; side.flat views `flat`.
    std::array<Slot, 18> flat{};
    Place args;
    Place result;
    Lends lends;  ///< Of synchronous calls; else the subtask's.
    std::array<uint32_t, 2> context{};
    Thread* thread = nullptr;   ///< That it is the first task of.
    Thread* blocked = nullptr;  ///< Waits::in_core: that it blocks.
    Task* next = nullptr;       ///< Of the tasks that wait, or of the free ones.

    bool resolved() const { return state == State::resolved; }
};

/// What both ends of a stream or future share.
struct Shared {
    const Instance* types = nullptr;  ///< Whose pools `element` is of.
    ComponentValType element;
    bool future = false;
    bool dropped = false;
    uint8_t ends = 2;
    struct CopyEnd* pending = nullptr;  ///< The end whose buffer waits for the other.
    Instance* pending_instance = nullptr;
    Shared* next_free = nullptr;
};

enum class CopyResult : uint8_t { completed, dropped, cancelled };

/// One end of a stream or future, with the buffer of the copy that is under way.
struct CopyEnd : Waitable {
    enum class State : uint8_t { idle, copying, cancelling, done };

    State state = State::idle;
    bool readable = false;
    CopyResult result = CopyResult::completed;
    Shared* shared = nullptr;    ///< Null: of a free entry.
    Instance* holder = nullptr;  ///< Whose handle it is.
    Side side;
    uint32_t at = 0;
    uint32_t length = 0;
    uint32_t progress = 0;
    CopyEnd* next_free = nullptr;

    bool copying() const { return state == State::copying || state == State::cancelling; }
    uint32_t remain() const { return length - progress; }
};

/// A pool whose entries go round.
template <class T, T* T::* Next>
struct Pool {
    std::span<T> entries;
    size_t used = 0;
    T* free = nullptr;

    Result<T*> take()
    {
        T* entry = free;
        if (entry != nullptr) {
            free = entry->*Next;
        } else {
            if (used == entries.size()) return Error{.code = Errc::handle_table_full};
            entry = &entries[used++];
        }
        entry->*Next = nullptr;
        return entry;
    }
    void give(T* entry)
    {
        *entry = T{};
        entry->*Next = free;
        free = entry;
    }
    /// Those that were ever taken; free ones are as new.
    std::span<T> touched() const { return entries.first(used); }
};

/// An instance that is entered, and from where; on the native stack of the call.
struct Entered {
    Instance* callee = nullptr;
    const Instance* caller = nullptr;
    Entered* outer = nullptr;
};

/// The stacks of a task, and of those that it calls synchronously: what definitions.py calls the
/// task's implicit thread.
struct Thread {
    Fiber fiber;
    runtime::Activation activation;  ///< What it has of the execution, or, while it runs, others.
    std::span<std::byte> native_stack;
    std::span<Slot> core_stack;
    World* world = nullptr;
    Task* first = nullptr;
    Status (*work)(World& world, Task& task) = nullptr;
    Status result = ok();
    // Of one that is suspended:
    Task* current = nullptr;
    Entered* entered = nullptr;  ///< The innermost.
    Entered* base = nullptr;     ///< What was entered when it was run: not its own.
    bool (*is_ready)(const void* context) = nullptr;
    const void* context = nullptr;
    bool cancellable = false;
    bool cancelled = false;
    Thread* next_free = nullptr;
};

/// The asynchronous part of a world.
struct Scheduler {
    Pool<Task, &Task::next> tasks;
    Pool<Subtask, &Subtask::next_free> subtasks;
    Pool<WaitableSet, &WaitableSet::next_free> sets;
    Pool<Shared, &Shared::next_free> shared;
    Pool<CopyEnd, &CopyEnd::next_free> ends;
    std::span<Thread> threads;
    Thread* free_thread = nullptr;
    Task* current = nullptr;  ///< Whose core code runs.
    Task* first = nullptr;    ///< Tasks that wait, the oldest first.
    Task* last = nullptr;
    Entered* entered = nullptr;
};

// tasks.cpp
Status enter(World& world, Entered& entered);
void leave(World& world, const Entered& entered);
/// Starts a task: it runs until it is over, or waits.
Status start_task(World& world, Task& task);
void set_may_enter(const Entered& entered, bool may);
/// Gives the task's result, or (false) that it was cancelled, to its caller.
Status resolve_task(World& world, Task& task, bool returned, Side& side, Place source);
/// Runs other tasks until `task` is resolved, or the waitable or set has an event.
Status wait_for_task(World& world, const Task& task);
Status wait_for_event(World& world, const Waitable& waitable);
/// True where the task was cancelled instead, which only happens to those that are `cancellable`.
Result<bool> wait_for_set(World& world, const WaitableSet& set, bool cancellable);
/// Lets one task that is ready run, if there is one.
Result<bool> yield(World& world, bool cancellable);
/// Takes a task that waits out of the list.
void unpark(Scheduler& scheduler, Task& task);
/// Asks a task that waits to give up. `caller` is the instance that asks.
Status cancel_task(World& world, Task& task, Instance& caller);
/// The event of a waitable that has one; what it tells is true from now on.
Event take_event(World& world, Waitable& waitable);
void forget_subtask(World& world, Subtask& subtask);

// threads.cpp
/// Makes `count` threads. With 0 of them, or where the system has no fibers, tasks run on the stack
/// of whoever calls them.
Status make_threads(World& world, uint32_t count, Arena& arena);
/// Does `work(world, task)` in a thread of its own until that is done or suspended; without a
/// thread where there is none left.
Status run_in_thread(World& world, Task& task, Status (*work)(World& world, Task& task));
/// Goes on with a thread that was suspended.
Status resume_thread(World& world, Thread& thread);
/// The current task waits until is_ready(context) or, if it is `cancellable`, somebody cancels it:
/// then true. Control goes back to whoever ran the thread.
bool suspend_thread(World& world, Thread& thread, bool (*is_ready)(const void*),
                    const void* context, bool cancellable);
/// Whether it is the first task of a thread that is suspended, by it or by one that it called.
bool is_suspended(const Task& task);
/// Nobody goes on with it.
void abandon_thread(World& world, Thread& thread);

// streams.cpp
Status new_shared(World& world, Instance& instance, const Definition& definition, Slot* slots);
Status copy(World& world, Instance& instance, const Definition& definition,
            const CanonicalOptions& options, Slot* slots);
Status cancel_copy(World& world, Instance& instance, const Definition& definition, Slot* slots);
Status drop_end(World& world, Instance& instance, const Definition& definition, uint32_t index);
Event take_copy_event(CopyEnd& end);
/// Frees an end that no handle means any more; the other one, if it waits, is told.
void free_end(World& world, CopyEnd& end);
/// Whether two value types are the same: of one pool or of two.
bool same_type(const Instance& left, ComponentValType left_type, const Instance& right,
               ComponentValType right_type);

}  // namespace wrt::component
