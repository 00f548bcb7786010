using System.Globalization;

namespace SessionService.Api.Hosting;

/// <summary>The culture of a whole program.</summary>
internal static class ProcessCulture
{
    /// <summary>
    /// Makes a program indifferent to the language of its machine. <c>InvariantGlobalization</c> alone does not:
    /// <c>DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=0</c>, which some base images set, outweighs it.
    /// </summary>
    public static void MakeInvariant()
    {
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;
    }
}
