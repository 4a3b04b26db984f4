/* Debian's wine 8 has no bcryptprimitives.dll, which Rust's standard library takes its random numbers from since Windows 10
   has it. This stands in for it in the test, beside the program. It is never shipped. */
#include <windows.h>
#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T length)
{
    return RtlGenRandom(bytes, (ULONG)length);
}
