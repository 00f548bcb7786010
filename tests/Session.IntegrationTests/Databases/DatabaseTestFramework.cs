using System.Reflection;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Sharding;
using Xunit.Abstractions;
using Xunit.Sdk;

[assembly: TestFramework("SessionService.IntegrationTests.Databases." + nameof(DatabaseTestFramework), "Session.IntegrationTests")]

namespace SessionService.IntegrationTests.Databases;

/// <summary>
/// Stops <see cref="TestPostgres"/> after the last test. xunit 2 has no fixture for a whole assembly, and at process exit it is too
/// late: the test host is given a tenth of a second.
/// </summary>
internal sealed class DatabaseTestFramework(IMessageSink diagnostics) : XunitTestFramework(diagnostics)
{
    protected override ITestFrameworkExecutor CreateExecutor(AssemblyName assemblyName) =>
        new Executor(assemblyName, SourceInformationProvider, DiagnosticMessageSink);

    private sealed class Executor(AssemblyName assemblyName, ISourceInformationProvider sources, IMessageSink diagnostics)
        : XunitTestFrameworkExecutor(assemblyName, sources, diagnostics)
    {
        protected override async void RunTestCases(
            IEnumerable<IXunitTestCase> testCases, IMessageSink executionMessageSink, ITestFrameworkExecutionOptions executionOptions)
        {
            using var runner = new Runner(TestAssembly, testCases, DiagnosticMessageSink, executionMessageSink, executionOptions);
            await runner.RunAsync();
        }
    }

    private sealed class Runner(
        ITestAssembly testAssembly,
        IEnumerable<IXunitTestCase> testCases,
        IMessageSink diagnostics,
        IMessageSink execution,
        ITestFrameworkExecutionOptions options) : XunitTestAssemblyRunner(testAssembly, testCases, diagnostics, execution, options)
    {
        protected override async Task BeforeTestAssemblyFinishedAsync()
        {
            await TestPostgres.StopAsync();
            await CitusCluster.DropDatabasesAsync();
            await base.BeforeTestAssemblyFinishedAsync();
        }
    }
}
