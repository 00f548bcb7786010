using System.Reflection;
using SessionService.Application.Branches;

namespace SessionService.UnitTests.Contexts;

/// <summary>The branches of a session that was never rewound. Nobody asks for them.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1852:Seal internal types", Justification = "The proxy derives from it.")]
internal class NoBranches : DispatchProxy
{
    public static IBranchStore Instance { get; } = Create<IBranchStore, NoBranches>();

    protected override object Invoke(MethodInfo? targetMethod, object?[]? args) => throw new NotSupportedException();
}
