using SessionService.Benchmarks;

return await BenchmarkCommands.Create().Parse(args).InvokeAsync(BenchmarkCommands.Invocation);
