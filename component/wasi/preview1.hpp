// WASI preview 1: each function of the specification as a C++ function over a Context and the
// guest's memory. They know no runtime, so they are tested directly; preview1_functions.hpp makes
// the table of them.
//
// Every address is checked before anything happens, results included: a call that returns fault has
// done nothing.
#pragma once

#include <wrt/component/wasi/context.hpp>

#include "wasi/preview1_types.hpp"

namespace wrt::wasi {

/// What a call comes to: an error code for the guest, or the end of its run.
struct Outcome {
    Errno error = Errno::success;
    bool exits = false;
    uint32_t status = 0;  ///< The guest's exit status, if it exits.

    Outcome(Errno e) noexcept : error{e} {}
    static Outcome exit(uint32_t status) noexcept
    {
        Outcome outcome{Errno::success};
        outcome.exits = true;
        outcome.status = status;
        return outcome;
    }
};

namespace preview1 {

Errno args_get(Context&, GuestMemory, Ptr argv, Ptr argv_buf) noexcept;
Errno args_sizes_get(Context&, GuestMemory, Ptr count, Ptr buffer_size) noexcept;
Errno environ_get(Context&, GuestMemory, Ptr environ_, Ptr environ_buf) noexcept;
Errno environ_sizes_get(Context&, GuestMemory, Ptr count, Ptr buffer_size) noexcept;

Errno clock_res_get(Context&, GuestMemory, ClockId id, Ptr resolution) noexcept;
Errno clock_time_get(Context&, GuestMemory, ClockId id, Timestamp precision, Ptr time) noexcept;

Errno fd_advise(Context&, GuestMemory, Fd fd, FileSize offset, FileSize len,
                Advice advice) noexcept;
Errno fd_allocate(Context&, GuestMemory, Fd fd, FileSize offset, FileSize len) noexcept;
Errno fd_close(Context&, GuestMemory, Fd fd) noexcept;
Errno fd_datasync(Context&, GuestMemory, Fd fd) noexcept;
Errno fd_fdstat_get(Context&, GuestMemory, Fd fd, Ptr stat) noexcept;
Errno fd_fdstat_set_flags(Context&, GuestMemory, Fd fd, FdFlags flags) noexcept;
Errno fd_fdstat_set_rights(Context&, GuestMemory, Fd fd, Rights base, Rights inheriting) noexcept;
Errno fd_filestat_get(Context&, GuestMemory, Fd fd, Ptr stat) noexcept;
Errno fd_filestat_set_size(Context&, GuestMemory, Fd fd, FileSize size) noexcept;
Errno fd_filestat_set_times(Context&, GuestMemory, Fd fd, Timestamp atim, Timestamp mtim,
                            FstFlags flags) noexcept;
Errno fd_pread(Context&, GuestMemory, Fd fd, Ptr iovs, Size iovs_len, FileSize offset,
               Ptr nread) noexcept;
Errno fd_prestat_get(Context&, GuestMemory, Fd fd, Ptr prestat) noexcept;
Errno fd_prestat_dir_name(Context&, GuestMemory, Fd fd, Ptr path, Size path_len) noexcept;
Errno fd_pwrite(Context&, GuestMemory, Fd fd, Ptr iovs, Size iovs_len, FileSize offset,
                Ptr nwritten) noexcept;
Errno fd_read(Context&, GuestMemory, Fd fd, Ptr iovs, Size iovs_len, Ptr nread) noexcept;
Errno fd_readdir(Context&, GuestMemory, Fd fd, Ptr buf, Size buf_len, DirCookie cookie,
                 Ptr bufused) noexcept;
Errno fd_renumber(Context&, GuestMemory, Fd fd, Fd to) noexcept;
Errno fd_seek(Context&, GuestMemory, Fd fd, FileDelta offset, Whence whence,
              Ptr newoffset) noexcept;
Errno fd_sync(Context&, GuestMemory, Fd fd) noexcept;
Errno fd_tell(Context&, GuestMemory, Fd fd, Ptr offset) noexcept;
Errno fd_write(Context&, GuestMemory, Fd fd, Ptr iovs, Size iovs_len, Ptr nwritten) noexcept;

Errno path_create_directory(Context&, GuestMemory, Fd fd, Ptr path, Size path_len) noexcept;
Errno path_filestat_get(Context&, GuestMemory, Fd fd, LookupFlags flags, Ptr path, Size path_len,
                        Ptr stat) noexcept;
Errno path_filestat_set_times(Context&, GuestMemory, Fd fd, LookupFlags flags, Ptr path,
                              Size path_len, Timestamp atim, Timestamp mtim,
                              FstFlags fst_flags) noexcept;
Errno path_link(Context&, GuestMemory, Fd old_fd, LookupFlags old_flags, Ptr old_path,
                Size old_path_len, Fd new_fd, Ptr new_path, Size new_path_len) noexcept;
Errno path_open(Context&, GuestMemory, Fd fd, LookupFlags dirflags, Ptr path, Size path_len,
                OFlags oflags, Rights base, Rights inheriting, FdFlags fdflags,
                Ptr opened_fd) noexcept;
Errno path_readlink(Context&, GuestMemory, Fd fd, Ptr path, Size path_len, Ptr buf, Size buf_len,
                    Ptr bufused) noexcept;
Errno path_remove_directory(Context&, GuestMemory, Fd fd, Ptr path, Size path_len) noexcept;
Errno path_rename(Context&, GuestMemory, Fd fd, Ptr old_path, Size old_path_len, Fd new_fd,
                  Ptr new_path, Size new_path_len) noexcept;
Errno path_symlink(Context&, GuestMemory, Ptr old_path, Size old_path_len, Fd fd, Ptr new_path,
                   Size new_path_len) noexcept;
Errno path_unlink_file(Context&, GuestMemory, Fd fd, Ptr path, Size path_len) noexcept;

Errno poll_oneoff(Context&, GuestMemory, Ptr in, Ptr out, Size nsubscriptions,
                  Ptr nevents) noexcept;

Outcome proc_exit(Context&, GuestMemory, uint32_t status) noexcept;
Outcome proc_raise(Context&, GuestMemory, Signal signal) noexcept;
Errno sched_yield(Context&, GuestMemory) noexcept;
Errno random_get(Context&, GuestMemory, Ptr buf, Size buf_len) noexcept;

Errno sock_accept(Context&, GuestMemory, Fd fd, FdFlags flags, Ptr accepted_fd) noexcept;
Errno sock_recv(Context&, GuestMemory, Fd fd, Ptr ri_data, Size ri_data_len, RiFlags ri_flags,
                Ptr ro_datalen, Ptr ro_flags) noexcept;
Errno sock_send(Context&, GuestMemory, Fd fd, Ptr si_data, Size si_data_len, SiFlags si_flags,
                Ptr so_datalen) noexcept;
Errno sock_shutdown(Context&, GuestMemory, Fd fd, SdFlags how) noexcept;

}  // namespace preview1

/// What wasi_unstable has instead of the preview 1 functions of the same names.
namespace unstable {

Errno fd_filestat_get(Context&, GuestMemory, Fd fd, Ptr stat) noexcept;
Errno fd_seek(Context&, GuestMemory, Fd fd, preview1::FileDelta offset, Whence whence,
              Ptr newoffset) noexcept;
Errno path_filestat_get(Context&, GuestMemory, Fd fd, preview1::LookupFlags flags, Ptr path,
                        preview1::Size path_len, Ptr stat) noexcept;
Errno poll_oneoff(Context&, GuestMemory, Ptr in, Ptr out, preview1::Size nsubscriptions,
                  Ptr nevents) noexcept;

}  // namespace unstable

}  // namespace wrt::wasi
