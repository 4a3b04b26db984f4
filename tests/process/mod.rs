//! The program as an operator meets it: started, asked, killed, starved, stopped. Every test here runs the real binary
//! as a child process, in a folder of its own and on ports of the kernel's choice.

mod abuse;
mod check;
mod cli;
mod crash;
mod damage;
mod fixture;
mod liar;
mod operator;
mod power;
mod program;
mod raw;
mod repair;
mod scarce;
mod secrets;
mod stop;
mod tls;
mod uploads;
mod walk;
