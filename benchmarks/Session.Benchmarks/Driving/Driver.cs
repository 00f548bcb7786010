using System.Globalization;
using SessionService.Benchmarks.Measuring;
using SessionService.Benchmarks.Processes;

namespace SessionService.Benchmarks.Driving;

/// <summary>Runs this program anew to send requests: neither the service's nor the benchmark's processor time has a part in it.</summary>
/// <param name="databaseSeconds">The processor time of the database so far.</param>
/// <param name="options">How long and over how many connections.</param>
/// <param name="directory">Where its files go.</param>
internal sealed class Driver(Func<double> databaseSeconds, BenchmarkOptions options, string directory)
{
    private static readonly Dictionary<string, string> NoSettings = [];

    /// <param name="service">Whom to send to.</param>
    /// <param name="requests">Requests to choose from, each time anew.</param>
    /// <param name="itemsPerRequest">By how many the processor time of a request is divided.</param>
    /// <param name="written">Told how many requests were acknowledged.</param>
    /// <param name="cancellationToken">Kills the driver.</param>
    /// <param name="connections">How many; those of the options where it is not given.</param>
    /// <exception cref="BenchmarkException">A request was refused.</exception>
    public async Task<Sample> MeasureAsync(
        ServiceProcess service,
        IReadOnlyCollection<byte[]> requests,
        int itemsPerRequest,
        Action<long> written,
        CancellationToken cancellationToken,
        int? connections = null)
    {
        var file = Path.Combine(directory, "requests");
        RequestFile.Write(file, requests);
        var serviceBefore = service.ProcessorSeconds;
        var databaseBefore = databaseSeconds();
        var output = await ProgramRun.RunAsync(
            Environment.ProcessPath!,
            [
                typeof(Driver).Assembly.Location, "drive", "--port", $"{service.Port}", "--connections", $"{connections ?? options.Connections}",
                "--seconds", options.Seconds.ToString(CultureInfo.InvariantCulture), "--requests", file,
            ],
            NoSettings,
            cancellationToken);
        var serviceSeconds = service.ProcessorSeconds - serviceBefore;
        var usedByDatabase = databaseSeconds() - databaseBefore;

        var result = LoadResult.Parse(output);
        written(result.Acknowledged);
        if (result.Refused > 0)
        {
            throw new BenchmarkException($"The service refused {result.Refused} requests. One of the answers: {result.FirstRefusal}");
        }

        var items = (double)result.Acknowledged * itemsPerRequest;
        return new Sample(
            result.PerSecond * itemsPerRequest, result.P50Ms, result.P99Ms, serviceSeconds * 1e6 / items, usedByDatabase * 1e6 / items);
    }
}
