using SessionService.Benchmarks;
using SessionService.Hosting.Culture;

ProcessCulture.MakeInvariant();
return await BenchmarkCommands.Create().Parse(args).InvokeAsync(BenchmarkCommands.Invocation);
