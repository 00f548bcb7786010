namespace SessionService.Benchmarks;

/// <summary>Something is off: what was measured is worth nothing. The message says what.</summary>
internal sealed class BenchmarkException(string message) : Exception(message);
