using System.Globalization;

namespace SessionService.Hosting.Culture;

/// <summary>The culture of a whole program.</summary>
public static class ProcessCulture
{
    /// <summary>
    /// Makes the program independent of the language of its machine. <c>InvariantGlobalization</c> alone does not:
    /// <c>DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=0</c>, which some base images set, overrides it.
    /// </summary>
    public static void MakeInvariant()
    {
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;
    }
}
